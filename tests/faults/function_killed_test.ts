import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { ownPlatformTest } from "../support/local_only.ts";
import { assertExportedOnce, expireAndRecover, readRun, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";

ownPlatformTest(
  "a run whose function is killed in the middle is recovered and exports every entry once",
  async ({ edgeFunction, receiver, ...platform }) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform, { receiver, entries: 100, config: { batch_size: 10 } });
    // The kill comes while the third batch is on its way.
    receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "slow", ms: 0 }, { kind: "hang" });
    const runId = await trigger(tenant);
    await until("the third batch is on its way", () => Promise.resolve(receiver.requests.length >= 3));

    await edgeFunction.kill("SIGKILL");
    const interrupted = await readRun(sql, runId);
    assert.deepEqual([interrupted.status, interrupted.entries_done], ["running", 20]);
    const [sending] = await sql`select count(*)::int as n from public.sync_export_entries
        where integration_id = ${tenant.integrationId} and state = 'sending'`;
    assert.equal(sending?.n, 10, "what was on its way is known");
    await edgeFunction.start();
    await expireAndRecover(sql, runId);

    const ended = await untilStatus(sql, runId, "succeeded", "failed");
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    assert.equal(ended.attempt, 2);
    await assertExportedOnce(sql, tenant.integrationId, receiver, 100);
    const attempts = await sql`select outcome::text, error_code from sync_scheduler.run_attempts
      where run_id = ${runId} order by attempt`;
    assert.deepEqual([...attempts], [
      { outcome: "lost", error_code: "worker_lost" },
      { outcome: "succeeded", error_code: null },
    ]);
  },
);

ownPlatformTest(
  "a run triggered while the function is down is delivered when it is back",
  async ({ edgeFunction, receiver, ...platform }) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform, { receiver, entries: 5 });
    // However slow all of it is, no tick dispatches once more.
    await sql`update sync_scheduler.settings set claim_timeout = '10 minutes' where true`;
    await edgeFunction.kill("SIGKILL");
    const runId = await trigger(tenant);
    await until("pg_net got its answer", async () => {
      const [answer] = await sql`select from net._http_response h join sync_scheduler.run_attempts a
        on a.request_id = h.id where a.run_id = ${runId}`;
      return answer !== undefined;
    });
    assert.equal((await readRun(sql, runId)).status, "pending");

    await edgeFunction.start();
    await expireAndRecover(sql, runId);
    await untilStatus(sql, runId, "succeeded");
    const [attempt] = await sql`select attempt, dispatch_count, response_status
      from sync_scheduler.run_attempts where run_id = ${runId}`;
    assert.deepEqual(attempt, { attempt: 1, dispatch_count: 2, response_status: 503 });
    await assertExportedOnce(sql, tenant.integrationId, receiver, 5);
  },
);
