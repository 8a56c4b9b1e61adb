/** A tenant's secret and a person with the project's secret key, through the Data API and the real function. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { apiClient, createTenant } from "../../support/tenant.ts";
import { untilStatus } from "../../support/runs.ts";

Deno.test("a changed address brings a tenant's token nowhere, by a check or by a sync", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const receiver = await startWebhookReceiver();
  const thief = await startWebhookReceiver();
  try {
    const tenant = await createTenant(sql, platform, { entries: 2, receiver });
    const backend = apiClient(platform, platform.secretKey);
    const target = { org_id: tenant.orgId, integration_type: "webhook" };

    const patched = await backend.from("sync_integrations").update({ config: { url: thief.url } })
      .eq("id", tenant.integrationId);
    assert.equal(patched.error?.code, "42501", "no person writes the row");
    const inserted = await backend.from("sync_integrations")
      .insert({ org_id: tenant.orgId, integration_type: "xledger" });
    assert.equal(inserted.error?.code, "42501", "nor makes one");

    const moved = await backend.rpc("connect_integration", { ...target, config: { url: thief.url } });
    assert.equal(moved.error, null);
    const check = await backend.rpc("test_integration_connection", target);
    assert.equal(check.error, null);
    const health = await until("the check is answered", async () => {
      const [row] = await sql<{ code: string; message: string; is_answered: boolean }[]>`
        select last_error_code as code, last_error_message as message, checked_at > check_requested_at as is_answered
        from public.sync_integration_health where integration_id = ${tenant.integrationId}`;
      return row?.is_answered && row;
    });
    assert.equal(health.code, "credentials_needed");
    assert.match(health.message, /An admin has to store the credentials for the new address/);
    const { data: run, error } = await backend.rpc("trigger_integration_sync", target);
    assert.equal(error, null);
    const ended = await untilStatus(sql, run?.run_id ?? "", "failed");
    assert.equal(ended.error_code, "credentials_needed");
    assert.equal(thief.requests.length, 0, "nothing was sent there");
    assert.equal(receiver.requests.length, 0, "nor to the old address");
  } finally {
    await receiver.stop();
    await thief.stop();
  }
});

Deno.test("no integration can be given a secret of another tenant or of the host", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const [own, foreign] = await Promise.all([
    createTenant(database.sql, platform),
    createTenant(database.sql, platform),
  ]);
  const backend = apiClient(platform, platform.secretKey);
  const [secret] = await database.sql<{ id: string }[]>`
    select secret_id as id from sync_scheduler.integration_credentials where integration_id = ${own.integrationId}`;
  const row = { org_id: foreign.orgId, integration_type: "xledger", credentials_secret_id: secret?.id };
  assert.ok((await backend.from("sync_integrations").insert(row as never)).error);
  for (const table of ["integration_credentials", "vault"]) {
    const stolen = await backend.schema("sync_scheduler" as never).from(table as never).select();
    assert.ok(stolen.error, table);
  }
  const admin = await foreign.signIn("admin");
  const { error } = await admin.rpc("connect_integration", {
    org_id: own.orgId,
    integration_type: "webhook",
    config: { url: "https://evil.example/" },
  });
  assert.equal(error?.message, "not_authorized");
});
