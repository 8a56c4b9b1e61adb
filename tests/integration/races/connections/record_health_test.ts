import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest(
  "an integration that needs attention does not become unhealthy meanwhile",
  async ({ sql, session }) => {
    const { integrationId } = await makeTenant(sql);
    const set = (sql: Sql, status: string): PendingQuery<Row[]> =>
      sql`select sync_scheduler.record_health(${integrationId}, ${status}, ${status}, 'Words.')`;
    const [check, worker] = [await session(), await session()];
    await check.stopsAfter((sql) => set(sql, "needs_attention"));
    const noted = await worker.runs((sql) => set(sql, "unhealthy"));
    await check.goesOn();
    await noted.answer;
    const [health] =
      await sql`select status::text from public.sync_integration_health where integration_id = ${integrationId}`;
    assert.equal(health?.["status"], "needs_attention");
  },
);
