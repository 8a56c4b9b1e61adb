import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { askForCheck, makeTenant, record, reserve, startRun } from "../stage.ts";

/** A check that a worker has claimed. */
async function startCheck(sql: Sql, { integrationId }: Tenant) {
  await askForCheck(sql, integrationId);
  await sql`update sync_scheduler.connection_checks set claimed_at = now()`;
}

/** Reports that the check has failed; a guess asks in another way than an export does. */
const fail = (sql: Sql, { integrationId }: Tenant, isGuess = false) =>
  sql`select public.sync_worker_finish_probe(${integrationId}, 'token', 'failed', 'permanent', 'code', 'Words.',
    is_guess => ${isGuess}) as answer`;

const readHealth = async (sql: Sql) =>
  (await sql`select status::text, consecutive_failures from public.sync_integration_health`).map((row) => ({
    ...row,
  }));

raceTest("the end of a check that comes twice at once counts one failure", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  await startCheck(sql, tenant);
  const [one, other] = [await session(), await session()];
  await one.stopsAfter((sql) => fail(sql, tenant));
  const repeated = await other.runs((sql) => fail(sql, tenant));
  await one.goesOn();
  assert.deepEqual((await repeated.answer)[0]?.["answer"], { recorded: false });
  assert.deepEqual(await readHealth(sql), [{ status: "needs_attention", consecutive_failures: 1 }]);
});

raceTest("a guess outranks no export that gets through meanwhile", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 2 });
  const runId = await startRun(sql, tenant, "running");
  const batch = await reserve(sql, runId);
  await startCheck(sql, tenant);
  const [worker, check] = [await session(), await session()];
  await worker.stopsAfter((sql) => record(sql, runId, batch, "exported"));
  const reported = await check.runs((sql) => fail(sql, tenant, true));
  await worker.goesOn();
  await reported.answer;
  assert.deepEqual(await readHealth(sql), [{ status: "healthy", consecutive_failures: 0 }]);
});
