import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { assertExportedOnce, expireAndRecover, moveOn, readRun, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

localTest(
  "a run committed just before Postgres is killed is dispatched after the restart and finishes",
  async ({ postgres, receiver, ...platform }) => {
    const before = connect(platform.dbUrl);
    const tenant = await createTenant(before.sql, platform, { receiver, entries: 25 });
    // Nor does a tick post anything, or dispatch the run again.
    const admin = connect(platform.adminUrl, 1);
    await pauseJobs(admin.sql);
    await admin[Symbol.asyncDispose]();
    // pg_net's worker is held still, so that the crash comes surely between the commit and the dispatch.
    const [worker] = await before.sql<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name like 'pg_net%'`;
    assert.ok(worker);
    Deno.kill(worker.pid, "SIGSTOP");
    const runId = await trigger(tenant);
    const [committed] = await before.sql`select count(*)::int as n from net.http_request_queue`;
    assert.equal(committed?.n, 1, "the request is committed and not yet sent");
    await postgres.kill9();
    await before[Symbol.asyncDispose]();
    await postgres.restart();

    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const [queued] = await sql`select count(*)::int as n from net.http_request_queue`;
    assert.equal(queued?.n, 0, "pg_net has lost its queue");
    assert.equal((await readRun(sql, runId)).status, "pending", "the run has survived");
    assert.equal(receiver.requests.length, 0);

    await expireAndRecover(sql, runId);
    const ended = await untilStatus(sql, runId, "succeeded", "failed");
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    await assertExportedOnce(sql, tenant.integrationId, receiver, 25);
  },
);

localTest(
  "a run finishes with every entry exported once when Postgres is killed in its middle",
  async ({ postgres, receiver, ...platform }) => {
    const before = connect(platform.dbUrl);
    const tenant = await createTenant(before.sql, platform, {
      receiver,
      entries: 60,
      config: { batch_size: 10 },
    });
    receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "slow", ms: 0 }, { kind: "hold" });
    const runId = await trigger(tenant);
    await until("the third batch is on its way", () => Promise.resolve(receiver.requests.length >= 3));
    await postgres.kill9();
    await before[Symbol.asyncDispose]();
    await postgres.restart();
    receiver.release();

    await using database = connect(platform.dbUrl);
    const { sql } = database;
    // What the function cannot take yet is dispatched again at each look: that must not use up the dispatches of an attempt.
    await sql`update sync_scheduler.settings set max_dispatches = 20 where true`;
    // The worker may get through by its own retries, or lose its attempt: either way the run must end well.
    const ended = await until("the run has ended", async () => {
      await moveOn(sql, runId);
      const seen = await readRun(sql, runId);
      return (seen.status === "succeeded" || seen.status === "failed") && seen;
    }, { timeoutMs: 180_000, everyMs: 1000 });
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    await assertExportedOnce(sql, tenant.integrationId, receiver, 60);
  },
);
