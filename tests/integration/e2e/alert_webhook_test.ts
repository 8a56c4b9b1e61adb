import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { until } from "../../../local/wait.ts";
import { type Effect, startAlertReceiver } from "../../support/servers/alert_receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

Deno.test("an admin connects a chat, and a run that fails for good is reported there, signed, in order and in words", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  await using chat = await startAlertReceiver(secret, Date.now, () => "well");
  // Its entries are not taken: the connection is refused.
  const tenant = await createTenant(sql, platform, { entries: 3 });
  await sql`update public.sync_integrations set max_attempts = 1 where id = ${tenant.integrationId}`;
  const [admin, viewer] = await Promise.all([tenant.signIn("admin"), tenant.signIn("viewer")]);

  const { data: webhook, error } = await admin.rpc("configure_alert_webhook", {
    org_id: tenant.orgId,
    changes: { url: chat.url, secret, kinds: ["run_failed"], finished_runs: true },
  });
  assert.equal(error, null);
  assert.equal(webhook.host, new URL(chat.url).host);
  const run = await untilStatus(sql, await trigger(tenant), "failed", "succeeded");
  assert.equal(run.status, "failed");

  const messages = await until("the chat has the messages", () => {
    const types: readonly Effect[] = chat.ledger;
    return Promise.resolve(types.length >= 3 ? types : undefined);
  }, { timeoutMs: 120_000 });
  assert.deepEqual(messages.map(({ type }) => type), ["webhook.configured", "alert.raised", "run.finished"]);
  assert.match(messages[1]?.text ?? "", /^\[critical\] Webhook: A sync failed\. /);
  assert.match(messages[2]?.text ?? "", /^\[failed\] Webhook: 0 of 3 entries exported\. /);

  const { data: seen } = await viewer.from("sync_alert_webhooks").select();
  assert.equal(seen?.length, 1);
  // The receiver knows of it before the function has reported.
  await until("its answer", async () => {
    const { data } = await viewer.from("sync_alert_webhooks").select("format, last_status, last_error")
      .single();
    return data?.last_status === 200 && data.format === "json" && data.last_error === null ? data : undefined;
  });
  assert.ok(!JSON.stringify(seen).includes("token") && !JSON.stringify(seen).includes(secret));
  const { data: alerts } = await viewer.from("sync_alerts").select("alert_id, kind, count").eq(
    "kind",
    "run_failed",
  );
  assert.deepEqual(alerts?.map(({ kind, count }) => [kind, count]), [["run_failed", 1]]);
  const { data: acknowledged } = await admin.rpc("acknowledge_sync_alert", {
    alert_id: alerts?.[0]?.alert_id ?? "",
  });
  assert.equal(acknowledged?.acknowledged_by, tenant.userIds.admin);
});
