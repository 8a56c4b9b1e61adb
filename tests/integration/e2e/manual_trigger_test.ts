import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

Deno.test("a coordinator's call through supabase-js creates a pending manual run of that user", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("coordinator");

  const { data: run, error } = await supabase.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "webhook",
  });

  assert.equal(error, null);
  assert.ok(run);
  assert.equal(run.status, "pending");
  assert.equal(run.triggered_by, "manual");
  assert.equal(run.triggered_by_user_id, tenant.userIds.coordinator);
  const { data: seen } = await supabase.from("sync_run_log").select().eq("run_id", run.run_id).single();
  assert.equal(seen?.triggered_by_user_id, tenant.userIds.coordinator);
});

Deno.test("a run exports every entry once and succeeds", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 250,
    config: { batch_size: 100 },
  });
  const runId = await trigger(tenant, "admin");

  const ended = await untilStatus(database.sql, runId, "succeeded", "failed");
  assert.equal(ended.status, "succeeded", ended.error_message ?? "");
  assert.deepEqual([ended.entries_total, ended.entries_done, ended.entries_failed], [250, 250, 0]);
  await assertExportedOnce(database.sql, tenant.integrationId, receiver, 250);
  assert.deepEqual(receiver.ledger.get("entry-7")?.payload, { amount: "7.10", text: "Smørbrød på Ås" });

  const supabase = await tenant.signIn("coordinator");
  const { error: second } = await supabase.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "webhook",
  });
  assert.equal(second?.code, "PT429");
  assert.equal(second?.message, "rate_limited");
  assert.ok(JSON.parse(second?.details ?? "").retry_after_seconds > 200);
});

Deno.test("a rejected entry is reported with its reason and the others are exported", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  receiver.misbehave({ kind: "reject", entryKeys: ["entry-2"], error: "Account 9999 does not exist" });
  const runId = await trigger(tenant);
  const supabase = await tenant.signIn("coordinator");

  const ended = await untilStatus(database.sql, runId, "succeeded", "failed");
  assert.deepEqual([ended.entries_done, ended.entries_failed], [2, 1]);
  const { data: rejected } = await supabase.from("sync_export_entries")
    .select("entry_key, error_message").eq("state", "rejected");
  assert.deepEqual(rejected, [{ entry_key: "entry-2", error_message: "Account 9999 does not exist" }]);
});

Deno.test("a running run stops at its next batch when it is cancelled", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 20,
    config: { batch_size: 1 },
  });
  receiver.misbehave({ kind: "hold" });
  const runId = await trigger(tenant);
  const supabase = await tenant.signIn("coordinator");
  await until("the first batch is in the receiver's hands", () => receiver.requests.length === 1);
  const { error } = await supabase.rpc("cancel_integration_sync", {
    run_id: runId,
    reason: "Wrong period",
  });
  assert.equal(error, null);
  receiver.release();

  const ended = await untilStatus(database.sql, runId, "cancelled", "succeeded", "failed");
  assert.equal(ended.status, "cancelled");
  assert.equal(ended.cancel_reason, "Wrong period");
  assert.equal(ended.entries_done, 1, "what was sent is settled");
  assert.equal(receiver.ledger.size, 1, "and nothing else is sent");
});
