/**
 * The tick starts what is due, and waits for no integration that another session holds.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { hold, makeDue, makeIntegrations, startDueRuns } from "../stage.ts";

const disable = (sql: Sql) => sql`update public.sync_integrations set enabled = false`;
const activate = (sql: Sql) => sql`select sync_scheduler.start_run(i, 'api') from public.sync_integrations i`;

for (
  const [what, prepare] of [
    ["one that can start", (sql: Sql) => sql`select`],
    ["one that is disabled", disable],
    ["one that has an active run", activate],
  ] as const
) {
  raceTest(
    `the tick passes over an integration that another session holds: ${what}`,
    async ({ sql, session }) => {
      const ids = await makeIntegrations(sql, 2);
      await prepare(sql);
      await makeDue(sql, ids);
      const [admin, tick] = [await session(), await session()];
      await admin.stopsAfter((sql) => hold(sql, ids[0] ?? ""));
      const started = await tick.runs(startDueRuns);
      assert.equal(started.isWaiting, false);
      await admin.goesOn();
      await started.answer;
      const dealtWith =
        await sql`select integration_id from public.sync_run_log where scheduled_for is not null`;
      assert.deepEqual(dealtWith.map(({ integration_id }) => integration_id), [ids[1]]);
    },
  );
}
