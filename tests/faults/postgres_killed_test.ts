import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { connect, localTest } from "../support/local_only.ts";
import { assertExportedOnce, expireAndRecover, readRun, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";

localTest(
  "a run committed just before Postgres is killed is dispatched after the restart and finishes",
  async ({ postgres, edgeFunction, receiver, ...platform }) => {
    const before = connect(platform.dbUrl);
    const tenant = await createTenant(before.sql, platform, { receiver, entries: 25 });
    const claims = JSON.stringify({ role: "authenticated", sub: tenant.userIds.coordinator });
    const runId = await before.sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      const [run] = await tx<{ run_id: string }[]>`
        select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`;
      // Nobody may answer before the crash, or there is nothing to recover.
      await edgeFunction.kill("SIGKILL");
      return run?.run_id ?? "";
    });
    await postgres.kill9();
    await before[Symbol.asyncDispose]();
    await postgres.restart();
    await edgeFunction.start();

    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const [queued] = await sql`select count(*)::int as n from net.http_request_queue`;
    assert.equal(queued?.n, 0, "pg_net has lost its queue");
    assert.equal((await readRun(sql, runId)).status, "pending", "the run has survived");

    await expireAndRecover(sql, runId);
    const ended = await untilStatus(sql, runId, "succeeded", "failed");
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    await assertExportedOnce(sql, tenant.integrationId, receiver, 25);
  },
);

localTest(
  "a run in the middle of which Postgres is killed finishes with every entry exported once",
  async ({ postgres, receiver, ...platform }) => {
    const before = connect(platform.dbUrl);
    const tenant = await createTenant(before.sql, platform, {
      receiver,
      entries: 60,
      config: { batch_size: 10 },
    });
    receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "slow", ms: 0 }, { kind: "slow", ms: 1500 });
    const runId = await trigger(tenant);
    await until("the third batch is on its way", () => Promise.resolve(receiver.requests.length >= 3));
    await postgres.kill9();
    await before[Symbol.asyncDispose]();
    await postgres.restart();

    await using database = connect(platform.dbUrl);
    const { sql } = database;
    // The worker may get through by its own retries, or lose its attempt: either way the run must end well.
    const ended = await until("the run has ended", async () => {
      const seen = await readRun(sql, runId);
      if (seen.status === "pending") await expireAndRecover(sql, runId);
      else await sql`select sync_scheduler.recover_runs()`;
      return (seen.status === "succeeded" || seen.status === "failed") && seen;
    }, { timeoutMs: 180_000 });
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    await assertExportedOnce(sql, tenant.integrationId, receiver, 60);
  },
);
