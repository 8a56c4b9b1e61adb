/**
 * A wait is a wait, and a refusal within an hour of a success may pass: what a run does, and what the receiver's books have.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import {
  type Fault,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../../local/vendors/webhook_receiver.ts";
import { accountingSystems, assertBookedOnce, syncWith } from "../../support/servers/accounting_system.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, expireAndRecover, moveOn, readRun, untilStatus } from "../../support/runs.ts";
import { createTenant, type Tenant, trigger } from "../../support/tenant.ts";

const ENTRIES = 20;
const BATCH = 5;
const fine: Fault = { kind: "slow", ms: 0 };

interface Case extends AsyncDisposable {
  readonly sql: Sql;
  readonly receiver: WebhookReceiver;
  readonly tenant: Tenant;
  readonly runId: string;
  /** What the database says of the run once it waits or has ended, in seconds. */
  readonly state: {
    status: string;
    error_code: string | null;
    wait: number | null;
    deadline: number;
    quota: number | null;
  };
}

/** A run of 20 entries in batches of 5 that meets these faults, until it waits or has ended. */
async function meet(faults: readonly Fault[], maxAttempts = 5): Promise<Case> {
  const platform = await usePlatform();
  const database = platform.connect();
  const { sql } = database;
  const receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, {
    receiver,
    entries: ENTRIES,
    config: { batch_size: BATCH },
  });
  await sql`update public.sync_integrations set max_attempts = ${maxAttempts}, manual_cooldown = '0'
    where id = ${tenant.integrationId}`;
  receiver.misbehave(...faults);
  const runId = await trigger(tenant);
  const state = await until("the run waits, or has ended", async () => {
    // Since the attempt ended, on the database's clock alone.
    const [run] = await sql<Case["state"][]>`
      select r.status::text, r.error_code,
        extract(epoch from r.next_attempt_at - a.ended_at)::float8 as wait,
        extract(epoch from r.deadline_at - r.triggered_at)::float8 as deadline,
        extract(epoch from r.quota_until - a.ended_at)::float8 as quota
      from public.sync_run_log r join sync_scheduler.run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt
      where r.run_id = ${runId} and (r.next_attempt_at is not null or r.finished_at is not null)`;
    return run;
  });
  return {
    sql,
    receiver,
    tenant,
    runId,
    state,
    [Symbol.asyncDispose]: async () => {
      await receiver.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Lets waits pass until the run has ended. */
async function letWaitsPass({ sql, runId }: Case): Promise<void> {
  await expireAndRecover(sql, runId);
  assert.equal((await untilStatus(sql, runId, "succeeded", "failed")).status, "succeeded");
}

for (
  const [name, headers, seconds] of [
    ["ten hours", () => "36000", 36_000],
    ["an instant, in seconds since 1970", () => String(Math.ceil(Date.now() / 1000) + 7200), 7200],
    ["an instant, in milliseconds since 1970", () => String(Date.now() + 7_200_000), 7200],
    ["a date", () => new Date(Date.now() + 7_200_000).toUTCString(), 7200],
    ["nonsense", () => "soon", 60],
  ] as const
) {
  Deno.test(`a run waits as long as the vendor says when Retry-After is ${name}`, async () => {
    const status = { kind: "status", status: 429, headers: { "retry-after": headers() } } as const;
    await using it = await meet([fine, status]);
    const { state } = it;
    assert.deepEqual([state.status, state.error_code], ["pending", "webhook_rate_limited"]);
    // An instant comes closer while the test sets up; read as seconds it would be years away.
    const early = name.includes("instant") || name === "a date" ? 3600 : 0;
    const isWait = (found: number | null) =>
      found !== null && found <= seconds + 2 && found >= seconds - early;
    assert.ok(isWait(state.wait), `waits ${state.wait} s`);
    assert.ok(isWait(state.deadline - 6 * 3600), "the wait is not the run's own time");
    assert.equal(state.quota === null, seconds <= 60, "a longer wait is named");
    await letWaitsPass(it);
    await assertExportedOnce(it.sql, it.tenant.integrationId, it.receiver, ENTRIES);
  });
}

Deno.test("a run fails with the vendor's instant when the vendor asks it to wait for longer than a day", async () => {
  await using it = await meet([fine, { kind: "status", status: 429, headers: { "retry-after": "90000" } }]);
  const { state, sql, runId, tenant, receiver } = it;
  assert.deepEqual([state.status, state.error_code], ["failed", "vendor_quota_exhausted"]);
  assert.equal(state.quota, 90_000);
  assert.match(
    (await readRun(sql, runId)).error_message ?? "",
    /^The vendor's quota is used up until .+\.$/,
  );
  assert.equal(receiver.ledger.size, BATCH);
  const { data: overview } = await (await tenant.signIn("viewer")).rpc("sync_overview", {
    org_id: tenant.orgId,
  });
  assert.ok(overview?.[0]?.quota_until, "the overview has the instant");

  const again = await trigger(tenant);
  assert.equal((await untilStatus(sql, again, "succeeded", "failed")).status, "succeeded");
  await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);
});

for (const status of [401, 403, 404, 410]) {
  Deno.test(`a run outlives a ${status} that comes within an hour of a success and passes`, async () => {
    const refusal = { kind: "status", status } as const;
    // One attempt only, and none is used up.
    await using it = await meet([fine, refusal, refusal, refusal], 1);
    const { state, sql, runId, tenant, receiver } = it;
    assert.equal(state.status, "pending");
    assert.ok(state.wait === 30, `waits ${state.wait} s`);
    for (const wait of [60, 120]) {
      await expireAndRecover(sql, runId);
      const [run] = await until("the run waits again", () =>
        sql<{ wait: number }[]>`
          select extract(epoch from r.next_attempt_at - a.ended_at)::float8 as wait
          from public.sync_run_log r join sync_scheduler.run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt
          where r.run_id = ${runId} and r.next_attempt_at is not null`.then((rows) =>
          rows.length > 0 && rows
        ));
      assert.equal(run?.wait, wait);
    }
    const [health] = await sql`select status::text from public.sync_integration_health
      where integration_id = ${tenant.integrationId}`;
    assert.notEqual(health?.status, "needs_attention");
    const alerts =
      await sql`select kind from public.sync_alerts where integration_id = ${tenant.integrationId}`;
    assert.deepEqual([...alerts], []);
    await letWaitsPass(it);
    await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);
  });
}

Deno.test("a run fails at once when it is refused before anything got through", async () => {
  await using it = await meet([{ kind: "status", status: 404 }]);
  assert.deepEqual([it.state.status, it.state.error_code], ["failed", "webhook_not_found"]);
  assert.equal(it.receiver.ledger.size, 0);
});

for (const start of accountingSystems) {
  for (const status of [401, 403, 404]) {
    Deno.test(`vouchers are booked once each when ${start.name} gets a ${status} in the middle of a run`, async () => {
      const platform = await usePlatform();
      await using database = platform.connect();
      const { sql } = database;
      await using system = await start();
      const tenant = await createTenant(sql, platform);
      system.refuseSecondWrite(status);
      const runId = await syncWith(sql, tenant, system, 30);
      const run = await until("the run waits, or has ended", async () => {
        const seen = await readRun(sql, runId);
        return (seen.finished_at !== null || seen.next_attempt_at !== null) && seen;
      });
      // A 401 to Business Central is asked again at once, under a new token.
      if (run.status !== "succeeded") {
        assert.equal(run.status, "pending", run.error_message ?? "");
        await until("the run has ended", async () => {
          await moveOn(sql, runId);
          return (await readRun(sql, runId)).finished_at !== null;
        }, { timeoutMs: 180_000, everyMs: 300 });
      }
      assert.equal((await readRun(sql, runId)).status, "succeeded");
      await assertBookedOnce(sql, tenant, system, 30);
    });
  }
}
