import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeIntegrations } from "../stage.ts";

const HOST = "vendor.example";
const fail = async (sql: Sql, id: string) =>
  await sql`select sync_scheduler.record_vendor_failure(i, 'transient', 'vendor') from public.sync_integrations i where i.id = ${id}`;

/** An incident that three organisations have met; one of them has something to report. */
async function prepare(sql: Sql): Promise<string[]> {
  await sql`update public.sync_integration_types set host = ${HOST} where code = 'webhook'`;
  const ids = await makeIntegrations(sql, 3);
  for (const id of ids) await fail(sql, id);
  await sql`update public.sync_integration_health set consecutive_failures = 2`;
  return ids;
}

for (
  const [what, report] of [
    ["fails again", fail],
    [
      "has news of its health",
      async (sql: Sql, id: string) =>
        await sql`select sync_scheduler.record_health(${id}, 'unhealthy', 'code', 'Words.')`,
    ],
  ] as const
) {
  raceTest(
    `the end of an incident does not wait for an organisation that ${what}`,
    async ({ sql, session }) => {
      const [first = "", ...others] = await prepare(sql);
      const [worker, check] = [await session(), await session()];
      await worker.stopsAfter((sql) => report(sql, first));
      const ended = await check.runs((sql) =>
        sql`update public.sync_vendor_incidents set ended_at = now() where host = ${HOST} returning true as ended`
      );
      assert.equal(ended.isWaiting, false);
      await worker.goesOn();
      assert.deepEqual([...await ended.answer], [{ ended: true }]);
      const calm =
        await sql`select integration_id as id from public.sync_integration_health where consecutive_failures = 0`;
      assert.deepEqual(
        new Set(calm.map(({ id }) => id)),
        new Set(others),
        "the others are asked at their next turn",
      );
    },
  );
}
