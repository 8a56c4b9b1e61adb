import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { askForCheck, finish, makeTenant, startRun } from "../stage.ts";

raceTest(
  "a run that its vendor fails and a check that meets the same are both recorded",
  async ({ sql, session }) => {
    const tenant = await makeTenant(sql);
    const { integrationId } = tenant;
    await sql`update public.sync_integrations set max_attempts = 1, config = '{"url": "https://vendor.example/in"}'`;
    await sql`update public.sync_integration_types set host = 'vendor.example' where code = 'webhook'`;
    const runId = await startRun(sql, tenant, "running");
    await askForCheck(sql, integrationId);
    await sql`update sync_scheduler.connection_checks set claimed_at = now(), by_tick = true`;
    const [check, worker] = [await session(), await session()];
    // It holds the health, and wants the failure that the end of the run writes as well.
    await check.stopsBefore(
      "insert vendor_failures",
      (sql) =>
        sql`select public.sync_worker_finish_probe(${integrationId}, 'token', 'failed', 'transient', 'code', 'Words.', blames => 'vendor')`,
    );
    const ended = await worker.runs((sql) => finish(sql, runId, "failed", "transient", 0, "vendor"));
    assert.ok(ended.isWaiting, "the run waits for the check");
    await check.goesOn();
    await ended.answer;
    const [health] =
      await sql`select checked_at is not null as checked, run_failed_at is not null as failed from public.sync_integration_health`;
    assert.deepEqual({ ...health }, { checked: true, failed: true });
  },
);
