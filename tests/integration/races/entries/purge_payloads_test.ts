import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

async function prepare(sql: Sql): Promise<void> {
  await makeTenant(sql, { entries: 2 });
  await sql`update sync_scheduler.settings set retention_payload = '1 day'`;
  await sql`update public.sync_export_entries set state = 'withdrawn', created_at = now() - interval '2 days',
    decided_at = now() - interval '2 days'`;
}
const purge = (sql: Sql) =>
  sql<
    { redacted: number }[]
  >`select sync_scheduler.purge_payloads(10, s) as redacted from sync_scheduler.settings s`;

raceTest("the purge does not wait for an entry that another session holds", async ({ sql, session }) => {
  await prepare(sql);
  const [admin, tick] = [await session(), await session()];
  await admin.stopsAfter((sql) =>
    sql`update public.sync_export_entries set error_message = 'x' where entry_key = 'entry-1'`
  );
  const purged = await tick.runs(purge);
  assert.equal(purged.isWaiting, false);
  await admin.goesOn();
  assert.equal((await purged.answer)[0]?.redacted, 1, "the other one is redacted");
});

raceTest(
  "of two purges one walks through the entries, and the other does not wait",
  async ({ sql, session }) => {
    await prepare(sql);
    const [one, other] = [await session(), await session()];
    await one.stopsAfter(purge);
    const purged = await other.runs(purge);
    assert.equal(purged.isWaiting, false);
    await one.goesOn();
    await purged.answer;
    const redacted = await sql`select from public.sync_export_entries where redacted_at is not null`;
    assert.equal(redacted.length, 2);
  },
);
