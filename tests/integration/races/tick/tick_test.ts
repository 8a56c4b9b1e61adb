/**
 * A transaction holds rows for long: a migration, a backup, one that was forgotten. The tick starts all others.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeDue, makeIntegrations } from "../stage.ts";

const CASES: Readonly<Record<string, (sql: Sql, id: string) => PendingQuery<Row[]>>> = {
  "deletes an organisation": (sql, id) =>
    sql`delete from public.organizations where id = (select org_id from public.sync_integrations where id = ${id})`,
  "holds an organisation": (sql, id) =>
    sql`select from public.organizations
      where id = (select org_id from public.sync_integrations where id = ${id}) for update`,
  "holds an integration": (sql, id) => sql`select from public.sync_integrations where id = ${id} for update`,
};
const tick = (sql: Sql) => sql`select sync_scheduler.tick()`;

for (const [what, hold] of Object.entries(CASES)) {
  raceTest(`a tick starts all others while a transaction ${what}`, async ({ sql, session }) => {
    const [first = "", ...others] = await makeIntegrations(sql, 3);
    await makeDue(sql, [first, ...others]);
    const held = await session();
    await held.stopsAfter((sql) => hold(sql, first));
    // That it comes back is the assertion: the transaction stays open.
    await tick(sql);
    const started = await sql`select integration_id from public.sync_run_log`;
    const ids = new Set(started.map(({ integration_id }) => integration_id));
    assert.deepEqual(others.filter((id) => !ids.has(id)), []);
    const [last] = await sql`select errors from sync_scheduler.ticks order by tick_id desc limit 1`;
    assert.equal(last?.["errors"], null);

    await assert.rejects(held.goesOn((sql) => sql`select 1 / 0`), { code: "22012" });
    // A slot that could not be started comes back after a minute; here that minute is over.
    await sql`update public.sync_integrations set next_tick_at = now() where id = ${first} and next_run_at <= now()`;
    await tick(sql);
    const late = await sql`select skip_reason from public.sync_run_log where integration_id = ${first}`;
    assert.deepEqual([...late], [{ skip_reason: null }], "and that one as soon as it is free");
  });
}
