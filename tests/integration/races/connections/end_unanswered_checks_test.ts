import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { askForCheck, makeIntegrations } from "../stage.ts";

const finish = (sql: Sql, id: string) =>
  sql`select public.sync_worker_finish_probe(${id}, 'token', 'answered')`;
const setHealth = (sql: Sql, id: string) =>
  sql`select sync_scheduler.record_health(${id}, 'unhealthy', 'code', 'Words.')`;

for (const [what, work] of [["answers", finish], ["has news of its health", setHealth]] as const) {
  raceTest(`the tick does not wait for a check whose worker ${what}`, async ({ sql, session }) => {
    const ids = await makeIntegrations(sql, 2);
    for (const id of ids) await askForCheck(sql, id);
    await sql`update sync_scheduler.connection_checks set claimed_at = now(), requested_at = now() - interval '1 hour'`;
    const [worker, tick] = [await session(), await session()];
    await worker.stopsAfter((sql) => work(sql, ids[0] ?? ""));
    const ended = await tick.runs((sql) => sql`select sync_scheduler.end_unanswered_checks() as n`);
    assert.equal(ended.isWaiting, false);
    await worker.goesOn();
    assert.equal((await ended.answer)[0]?.["n"], 1, "the other check is over");
  });
}
