import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("a schedule that an admin saves starts a run at its slot, and every reader can see it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, { receiver, entries: 20 });
  const admin = await tenant.signIn("admin");
  const target = { org_id: tenant.orgId, integration_type: "webhook" };
  // Far from now, or that slot would come, too.
  const hour = (new Date().getUTCHours() + 12) % 24;

  const { data: saved, error } = await admin.rpc("configure_integration_sync", {
    ...target,
    changes: { schedule: `0 ${hour} * * *`, time_zone: "Europe/Oslo", catchup_window: "7 days" },
    reason: "Nightly, after the books are closed",
  });
  assert.equal(error, null);
  const { data: preview } = await admin.rpc("preview_sync_schedule", { ...target, n: 2 });
  assert.equal(preview?.length, 2);
  assert.deepEqual(new Date(preview[0]?.scheduled_for ?? ""), new Date(saved?.next_run_at ?? ""));

  // Its hour comes once a day: this test lets it be now, and pg_cron does the rest.
  const slot = new Date(Date.now() - 1000);
  await sql`update public.sync_integrations set next_run_at = ${slot}, next_tick_at = ${slot}
    where id = ${tenant.integrationId}`;
  const runId = await until("pg_cron's next tick starts the run", async () => {
    const [run] = await sql<{ run_id: string }[]>`
      select run_id from public.sync_run_log where integration_id = ${tenant.integrationId}`;
    return run?.run_id;
  }, { timeoutMs: 120_000 });
  const run = await untilStatus(sql, runId, "succeeded", "failed");
  assert.deepEqual([run.status, run.triggered_by, run.entries_done], ["succeeded", "schedule", 20]);
  await assertExportedOnce(sql, tenant.integrationId, receiver, 20);

  const viewer = await tenant.signIn("viewer");
  const { data: slots } = await viewer.rpc("explain_sync_slots", {
    ...target,
    from: new Date(slot.getTime() - 60_000).toISOString(),
    to: new Date(Date.now() + 60_000).toISOString(),
  });
  assert.deepEqual(slots?.map(({ state, run_id }) => [state, run_id]), [["ran", runId]]);
  assert.ok(Number(slots?.[0]?.drift_seconds) > 0);
  const { data: drift } = await viewer.from("sync_drift_statistics").select();
  assert.deepEqual(drift?.map(({ org_id, slots }) => [org_id, Number(slots)]), [[tenant.orgId, 1]]);
  const { data: statistics } = await viewer.from("sync_statistics").select("runs, succeeded, success_rate");
  assert.deepEqual(statistics?.map((day) => Object.values(day).map(Number)), [[1, 1, 1]]);
  // pg_net writes the function's answer down with those of its whole batch, which may be after the run.
  const timeline = await until("the answer is written down", async () => {
    const { data } = await viewer.rpc("sync_run_timeline", { run_id: runId });
    return data?.some(({ step }) => step === "accepted") && data;
  });
  assert.deepEqual(
    timeline.map(({ step }) => step),
    ["due", "ticked", "queued", "accepted", "booted", "claimed", "first_vendor_byte", "finished"],
  );
  const instants = timeline.map(({ at }) => Date.parse(at));
  assert.deepEqual(instants, instants.toSorted((a, b) => a - b), "each step comes after the one before");
  const { data: overview } = await viewer.rpc("sync_overview", { org_id: tenant.orgId }).single();
  assert.deepEqual(
    [overview?.last_run_id, overview?.health_status, overview?.button_message],
    [runId, "healthy", "not_authorized"],
  );
  const { data: audit } = await viewer.from("sync_audit_log").select("action, actor_id, reason").order(
    "audit_id",
  );
  assert.deepEqual(audit, [
    { action: "connect", actor_id: null, reason: null },
    { action: "configure", actor_id: tenant.userIds.admin, reason: "Nightly, after the books are closed" },
  ]);
  const { data: status } = await viewer.rpc("sync_scheduler_status").single();
  assert.deepEqual([status?.ticking, status?.jobs_active], [true, true]);
});
