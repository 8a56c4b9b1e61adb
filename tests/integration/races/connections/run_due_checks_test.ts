/**
 * The tick's checks wait for no lock: a check by hand, a worker that reports and another tick each bring newer news.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { askForCheck, hold, makeIntegrations } from "../stage.ts";

async function prepare(sql: Sql): Promise<string[]> {
  const ids = await makeIntegrations(sql, 2);
  await sql`update public.sync_integration_health set next_check_at = now() - interval '1 second'`;
  return ids;
}
const checkHealth = (sql: Sql) => sql<{ asked: number }[]>`select sync_scheduler.run_due_checks() as asked`;
const claim = (sql: Sql, id: string) =>
  sql`select public.sync_worker_claim_probes(${sql.json([{ integration_id: id, token: "token" }])})`;
const setHealth = (sql: Sql, id: string) =>
  sql`select sync_scheduler.record_health(${id}, 'unhealthy', 'code', 'Words.')`;

for (
  const [what, work] of [
    ["an admin changes", hold],
    ["a worker checks", claim],
    ["a worker has news of", setHealth],
  ] as const
) {
  raceTest(`the tick's checks do not wait for an integration that ${what}`, async ({ sql, session }) => {
    const [first = ""] = await prepare(sql);
    if (work === claim) await askForCheck(sql, first);
    const [other, tick] = [await session(), await session()];
    await other.stopsAfter((sql) => work(sql, first));
    const checked = await tick.runs(checkHealth);
    assert.equal(checked.isWaiting, false);
    await other.goesOn();
    assert.equal((await checked.answer)[0]?.asked, 1, "the other integration is asked");
  });
}

raceTest("the tick does not replace the check that a person starts meanwhile", async ({ sql, session }) => {
  const [first = ""] = await prepare(sql);
  const [person, tick] = [await session(), await session()];
  await person.stopsAfter((sql) =>
    sql`select public.test_integration_connection(i.org_id, 'webhook') from public.sync_integrations i where i.id = ${first}`
  );
  const checked = await tick.runs(checkHealth);
  await person.goesOn();
  await checked.answer;
  const [probe] =
    await sql`select by_tick from sync_scheduler.connection_checks where integration_id = ${first}`;
  assert.deepEqual({ ...probe }, { by_tick: false });
});

raceTest("two ticks ask an integration once", async ({ sql, session }) => {
  await prepare(sql);
  const [one, other] = [await session(), await session()];
  const [first] = await one.stopsAfter(checkHealth);
  const checked = await other.runs(checkHealth);
  await one.goesOn();
  assert.deepEqual([first?.asked, (await checked.answer)[0]?.asked], [2, 0]);
});
