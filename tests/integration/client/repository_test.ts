/** The client library against a whole stack, as a client app uses it. */
import assert from "node:assert/strict";
import { type SyncErrorCode, SyncSchedulerError, SyncSchedulerRepository } from "../../../src/client/mod.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilStatus } from "../../support/runs.ts";
import { createTenant, type Person, type Tenant } from "../../support/tenant.ts";

const signIn = async (tenant: Tenant, person: Person = "coordinator") =>
  new SyncSchedulerRepository(await tenant.signIn(person));

async function rejects(promise: Promise<unknown>, code: SyncErrorCode): Promise<SyncSchedulerError> {
  const error: unknown = await promise.then(() => null, (error) => error);
  assert.ok(error instanceof SyncSchedulerError);
  assert.equal(error.code, code);
  return error;
}

Deno.test("the repository's press starts a run, once for a key, and a second press learns of it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  const syncs = await signIn(tenant);

  const idempotencyKey = crypto.randomUUID();
  const run = await syncs.triggerManualSync(tenant.orgId, "webhook", { idempotencyKey });
  const again = await syncs.triggerManualSync(tenant.orgId, "webhook", { idempotencyKey });
  assert.equal(again.run_id, run.run_id);
  assert.equal(run.triggered_by_user_id, tenant.userIds.coordinator);

  const conflict = await rejects(
    syncs.triggerManualSync(tenant.orgId, "webhook"),
    "sync_already_in_progress",
  );
  assert.equal(conflict.activeRun?.runId, run.run_id);
  assert.match(conflict.message, /^A colleague started a sync/);
  await until("the request that is held", () => receiver.requests.length > 0);
  receiver.release();
  await untilStatus(database.sql, run.run_id, "succeeded");
  const early = await rejects(syncs.triggerManualSync(tenant.orgId, "webhook"), "rate_limited");
  assert.ok((early.retryAfterSeconds ?? 0) > 200);
  assert.ok((early.retryAt?.getTime() ?? 0) > Date.now());
});

Deno.test("the repository reads what the API sends: runs in pages, slots, pauses and the overview", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await database.sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at,
      scheduled_for, deadline_at, started_at, finished_at)
    select ${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'succeeded', 'schedule', slot, slot, slot, slot, slot
    -- Two have their instant in common: a page must be able to end between them.
    from (values ('2026-11-20 01:00:00.123456+00'::timestamptz), ('2026-11-21 01:00+00'), ('2026-11-22 01:00+00')) s (slot)`;
  await database.sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at,
      deadline_at, started_at, finished_at, error_code)
    select org_id, integration_id, 'webhook', 'failed', 'api', triggered_at, now(), now(), now(), 'x'
    from public.sync_run_log where org_id = ${tenant.orgId} and scheduled_for <= '2026-11-21 01:00+00'`;
  const syncs = await signIn(tenant, "admin");

  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page = await syncs.listRuns(tenant.orgId, { limit: 2, cursor });
    pages.push(page.runs.map((run) => run.run_id));
    cursor = page.next;
  } while (cursor !== null);
  assert.deepEqual(pages.map((page) => page.length), [2, 2, 1]);
  const newestFirst = await database.sql<{ run_id: string }[]>`
    select run_id from public.sync_run_log where org_id = ${tenant.orgId} order by triggered_at desc, run_id desc`;
  assert.deepEqual(pages.flat(), newestFirst.map((row) => row.run_id));
  const filter = { statuses: ["failed"], triggeredBy: ["api"], integrationType: "webhook" } as const;
  assert.equal((await syncs.listRuns(tenant.orgId, filter)).runs.length, 2);
  const period = { from: new Date("2026-11-21T00:00:00Z"), to: new Date("2026-11-22T00:00:00Z") };
  assert.equal((await syncs.listRuns(tenant.orgId, period)).runs.length, 2);

  const slots = await syncs.explainSlots(tenant.orgId, "webhook", period);
  assert.deepEqual(slots.map(({ state, drift_seconds }) => [state, drift_seconds]), [["ran", 0]]);

  const resumeAt = new Date(Date.now() + 3_600_000);
  const paused = await syncs.pause(tenant.orgId, "webhook", { reason: "Year end", resumeAt });
  assert.equal(paused.pause_reason, "Year end");
  const refusal = await rejects(syncs.triggerManualSync(tenant.orgId, "webhook"), "integration_paused");
  assert.match(refusal.message, /^The integration is paused until .+: Year end$/);
  const [one] = await syncs.overview(tenant.orgId);
  assert.deepEqual([one?.button_allowed, one?.button_message], [false, "integration_paused"]);
  assert.equal((await syncs.resume(tenant.orgId, "webhook")).paused_at, null);
});

Deno.test("the repository cancels a run, runs it again, and reveals nothing to a stranger", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 3,
    config: { batch_size: 1 },
  });
  await database
    .sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
  const syncs = await signIn(tenant);
  const run = await syncs.triggerManualSync(tenant.orgId, "webhook");

  const stranger = await signIn(tenant, "stranger");
  await rejects(stranger.getRun(run.run_id), "not_authorized");
  await rejects(stranger.cancelRun(run.run_id), "not_authorized");
  await rejects(stranger.overview(tenant.orgId), "not_authorized");
  await rejects((await signIn(tenant, "viewer")).cancelRun(run.run_id), "not_authorized");

  await until("the request that is held", () => receiver.requests.length > 0);
  const asked = await syncs.cancelRun(run.run_id, { reason: "Wrong month" });
  assert.equal(asked.cancel_reason, "Wrong month");
  receiver.release();
  await untilStatus(database.sql, run.run_id, "cancelled");
  const again = await syncs.retryRun(run.run_id);
  assert.equal(again.parent_run_id, run.run_id);
  await untilStatus(database.sql, again.run_id, "succeeded");
});

Deno.test("a pause while a run waits names that run, in its answer, in the overview and to who presses", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "status", status: 503, headers: { "retry-after": "3600" } });
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  const syncs = await signIn(tenant, "admin");
  const run = await syncs.triggerManualSync(tenant.orgId, "webhook");
  await until("the wait", async () => (await syncs.getRun(run.run_id)).next_attempt_at !== null);

  const paused = await syncs.pause(tenant.orgId, "webhook", { reason: "Year end" });
  assert.equal(paused.active_run?.run_id, run.run_id);
  assert.equal(paused.active_run?.notice, "integration_paused");
  const [row] = await syncs.overview(tenant.orgId);
  assert.deepEqual([row?.active_run_id, row?.active_notice], [run.run_id, "integration_paused"]);
  await rejects(syncs.triggerManualSync(tenant.orgId, "webhook"), "integration_paused");
  await syncs.cancelRun(run.run_id);
  assert.equal((await syncs.pause(tenant.orgId, "webhook")).active_run, null);
});
