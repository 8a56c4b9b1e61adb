/**
 * A run and a check that meet the same vendor's failure. Each locks the health before the vendor: in two orders they would wait
 * for each other, and Postgres would end one of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { raceTest, type Session } from "../../../support/databases/race.ts";
import { askForCheck, finish, makeTenant, startRun } from "../stage.ts";
import type { Sql } from "postgres";

interface Reports {
  readonly check: (sql: Sql) => PromiseLike<unknown>;
  readonly run: (sql: Sql) => PromiseLike<unknown>;
}

async function prepare(sql: Sql): Promise<Reports> {
  const tenant = await makeTenant(sql);
  const { integrationId } = tenant;
  // Only the host of a type is a vendor.
  await sql`update public.sync_integrations set max_attempts = 1, config = '{"url": "https://vendor.example/in"}'`;
  await sql`update public.sync_integration_types set host = 'vendor.example' where code = 'webhook'`;
  const runId = await startRun(sql, tenant, "running");
  await askForCheck(sql, integrationId);
  await sql`update sync_scheduler.connection_checks set claimed_at = now(), by_tick = true`;
  return {
    check: (sql) =>
      sql`select public.sync_worker_finish_probe(${integrationId}, 'token', 'failed', 'transient', 'code', 'Words.',
        blames => 'vendor')`,
    run: (sql) => finish(sql, runId, "failed", "transient", 0, "vendor"),
  };
}

async function meet(
  first: Session,
  one: Reports["run"],
  second: Session,
  other: Reports["run"],
): Promise<void> {
  await first.stopsBefore("insert vendor_failures", one);
  const reported = await second.runs(other);
  await first.goesOn();
  await reported.answer;
}

raceTest("a run that fails does not stop a check that fails", async ({ sql, session }) => {
  const { check, run } = await prepare(sql);
  await meet(await session(), check, await session(), run);
  assert.deepEqual([...await sql`select status::text from public.sync_run_log`], [{ status: "failed" }]);
});

raceTest("a check that fails does not stop a run that fails", async ({ sql, session }) => {
  const { check, run } = await prepare(sql);
  await meet(await session(), run, await session(), check);
  assert.deepEqual(
    [...await sql`select ended_at is not null as ended from sync_scheduler.connection_checks`],
    [{
      ended: true,
    }],
  );
});
