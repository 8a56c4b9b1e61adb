import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import type { Sql } from "postgres";
import { type Fault, startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { type TestPlatform, usePlatform } from "../support/platform.ts";
import { assertExportedOnce, readRun, type Run } from "../support/runs.ts";
import { createTenant, type TenantOptions, trigger } from "../support/tenant.ts";

const ENTRIES = 30;

/** Runs a sync of 30 entries in batches of 10 against a receiver with these faults, waiting out no backoff. */
async function runAgainst(
  platform: TestPlatform,
  sql: Sql,
  faults: readonly Fault[],
  options: TenantOptions = {},
): Promise<{ run: Run; check(): Promise<void>; [Symbol.asyncDispose](): Promise<void> }> {
  const receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, {
    receiver,
    entries: ENTRIES,
    ...options,
    config: {
      batch_size: 10,
      // Real time: only what hangs waits for it, and a busy machine must not be late for it.
      timeout_seconds: faults.some(({ kind }) => kind === "hang") ? 5 : 60,
      ...options.config,
    },
  });
  receiver.misbehave(...faults);
  const runId = await trigger(tenant);
  const run = await until("the run has ended, or waits for the receiver", async () => {
    const seen = await readRun(sql, runId);
    return (seen.finished_at !== null || seen.next_attempt_at !== null) && seen;
  });
  return {
    run,
    check: () => assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES),
    [Symbol.asyncDispose]: () => receiver.stop(),
  };
}

const survivable: [string, Fault[]][] = [
  ["answers 500", [{ kind: "status", status: 500 }]],
  ["answers 502, then 504", [{ kind: "status", status: 502 }, { kind: "status", status: 504 }]],
  ["answers 503", [{ kind: "status", status: 503 }]],
  ["accepts, but a proxy answers 503", [{ kind: "apply_then_status", status: 503 }]],
  ["accepts, but a proxy answers 504", [{ kind: "apply_then_status", status: 504 }]],
  ["hangs", [{ kind: "hang" }]],
  ["drops the connection before accepting", [{ kind: "drop" }]],
  ["drops the connection after accepting", [{ kind: "apply_then_drop" }]],
  ["drops after accepting, then answers 503 to the repetition", [
    { kind: "apply_then_drop" },
    { kind: "status", status: 503 },
  ]],
  ["fails in every second batch", [
    { kind: "slow", ms: 0 },
    { kind: "apply_then_drop" },
    { kind: "slow", ms: 0 },
    { kind: "status", status: 500 },
  ]],
];

for (const [name, faults] of survivable) {
  Deno.test(`a run exports every entry once when the receiver ${name}`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    await using outcome = await runAgainst(platform, database.sql, faults);
    assert.equal(outcome.run.status, "succeeded", outcome.run.error_message ?? "");
    await outcome.check();
  });
}

Deno.test("a run waits as long as a 429 says, and burns no attempt", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const before = Date.now();
  await using outcome = await runAgainst(platform, database.sql, [
    { kind: "status", status: 429, headers: { "Retry-After": "120" } },
  ]);
  assert.equal(outcome.run.status, "pending");
  assert.equal(outcome.run.error_code, "webhook_rate_limited");
  const waits = Date.parse(String(outcome.run.next_attempt_at)) - before;
  assert.ok(waits >= 119_000, `waits ${waits} ms`);

  // The wait is over: time and pg_cron.
  const { sql } = database;
  await sql`update public.sync_run_log set next_attempt_at = now() where run_id = ${outcome.run.run_id}`;
  await sql`select sync_scheduler.recover_run(${outcome.run.run_id})`;
  await until(
    "the run has succeeded",
    async () => (await readRun(sql, outcome.run.run_id)).status === "succeeded",
  );
  await outcome.check();
});

Deno.test("a run fails with a reason for people when the receiver refuses its credentials", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using outcome = await runAgainst(platform, database.sql, [{ kind: "status", status: 401 }]);
  assert.equal(outcome.run.status, "failed");
  assert.equal(outcome.run.attempt, 1, "a wrong configuration is not retried");
  assert.ok(outcome.run.error_message);
  const [pending] = await database.sql`select count(*)::int as n from public.sync_export_entries
    where integration_id = ${outcome.run.integration_id} and state = 'pending'`;
  assert.equal(pending?.n, ENTRIES, "nothing is lost");
});

Deno.test("a run never follows a redirect with signed entries", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using elsewhere = await startWebhookReceiver();
  await using outcome = await runAgainst(platform, database.sql, [{
    kind: "moved",
    location: elsewhere.url,
  }]);
  assert.equal(outcome.run.status, "failed");
  assert.equal(elsewhere.requests.length, 0);
});

Deno.test("a run sets a batch aside and exports the others when its last attempt did not settle it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const always = Array.from({ length: 5 }, (): Fault => ({ kind: "status", status: 500 }));
  await using outcome = await runAgainst(platform, database.sql, always);
  assert.equal(outcome.run.status, "failed");
  assert.equal(outcome.run.error_code, "entries_unresolved");
  assert.equal(outcome.run.attempt, 6);
  const states = await database.sql`select state::text, count(*)::int from public.sync_export_entries
    where integration_id = ${outcome.run.integration_id} group by state order by state`;
  assert.deepEqual([...states], [{ state: "exported", count: 20 }, { state: "unknown", count: 10 }]);
});
