import assert from "node:assert/strict";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("hostile parameters get a clear 4xx, never a 5xx, and start nothing", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("admin");
  const session = (await supabase.auth.getSession()).data.session;

  async function call(rpc: string, parameters: unknown): Promise<{ status: number; code: unknown }> {
    const answer = await fetch(`${platform.apiUrl}/rest/v1/rpc/${rpc}`, {
      method: "POST",
      headers: {
        apikey: platform.publishableKey,
        Authorization: `Bearer ${session?.access_token}`,
        "Content-Type": "application/json",
      },
      body: typeof parameters === "string" ? parameters : JSON.stringify(parameters),
    });
    const body = await answer.json();
    return { status: answer.status, code: body.code };
  }

  const org_id = tenant.orgId;
  const target = { org_id, integration_type: "webhook" };
  const megabyte = "x".repeat(1 << 20);
  const cases: [string, string, unknown, number][] = [
    ["SQL in the type", "trigger_integration_sync", {
      org_id,
      integration_type: "webhook'; drop table x; --",
    }, 422],
    ["a megabyte as type", "trigger_integration_sync", { org_id, integration_type: megabyte }, 422],
    ["a megabyte as key", "trigger_integration_sync", {
      org_id,
      integration_type: "webhook",
      idempotency_key: megabyte,
    }, 422],
    ["null as type", "trigger_integration_sync", { org_id, integration_type: null }, 422],
    ["a number as type", "trigger_integration_sync", { org_id, integration_type: 7 }, 422],
    ["null as organisation", "trigger_integration_sync", { org_id: null, integration_type: "webhook" }, 403],
    ["a malformed organisation", "trigger_integration_sync", {
      org_id: "1 or 1=1",
      integration_type: "webhook",
    }, 400],
    [
      "an object as organisation",
      "trigger_integration_sync",
      { org_id: {}, integration_type: "webhook" },
      400,
    ],
    ["an extra parameter", "trigger_integration_sync", {
      org_id,
      integration_type: "webhook",
      user_id: org_id,
    }, 404],
    ["a missing parameter", "trigger_integration_sync", { org_id }, 404],
    ["no JSON", "trigger_integration_sync", "{", 400],
    ["null as run", "cancel_integration_sync", { run_id: null }, 403],
    ["a malformed run", "cancel_integration_sync", { run_id: "x" }, 400],
    ["a megabyte as reason", "cancel_integration_sync", { run_id: org_id, reason: megabyte }, 403],
    ["null as failed run", "retry_integration_sync", { run_id: null }, 403],
    ["null as settings", "configure_integration_sync", { ...target, changes: null }, 422],
    ["a list as settings", "configure_integration_sync", { ...target, changes: [{ enabled: false }] }, 422],
    [
      "a megabyte as schedule",
      "configure_integration_sync",
      { ...target, changes: { schedule: megabyte } },
      422,
    ],
    ["SQL as schedule", "configure_integration_sync", {
      ...target,
      changes: { schedule: "* * * * *'; select pg_sleep(9); --" },
    }, 422],
    ["a megabyte as setting", "configure_integration_sync", { ...target, changes: { [megabyte]: 1 } }, 422],
    ["an object as number", "configure_integration_sync", { ...target, changes: { max_attempts: {} } }, 422],
    ["a number too large", "configure_integration_sync", { ...target, changes: { max_attempts: 1e99 } }, 422],
    ["null as policy", "configure_integration_sync", { ...target, changes: { overlap_policy: null } }, 422],
    ["an endless interval", "configure_integration_sync", {
      ...target,
      changes: { run_deadline: "infinity" },
    }, 422],
    [
      "a schedule with NUL",
      "configure_integration_sync",
      { ...target, changes: { schedule: "\u0000" } },
      400,
    ],
    ["a megabyte as reason to pause", "pause_integration_sync", { ...target, reason: megabyte }, 422],
    ["a pause until yesterday", "pause_integration_sync", { ...target, resume_at: "2020-01-01" }, 422],
    ["a pause for ever and ever", "pause_integration_sync", { ...target, resume_at: "infinity" }, 422],
    ["a pause until no date", "pause_integration_sync", { ...target, resume_at: "tomorrow-ish" }, 400],
    ["a million previews", "preview_sync_schedule", { ...target, n: 1_000_000 }, 422],
    ["null previews", "preview_sync_schedule", { ...target, n: null }, 422],
    ["a zone that is a path", "preview_sync_schedule", { ...target, time_zone: "../../etc/passwd" }, 422],
    ["a backfill since ever", "backfill_integration_sync", { ...target, from: "-infinity", to: "now" }, 422],
    ["a backfill of nothing", "backfill_integration_sync", { ...target, from: null, to: null }, 422],
    ["null as type to check", "test_integration_connection", { org_id, integration_type: null }, 422],
    ["SQL as type to check", "test_integration_connection", {
      org_id,
      integration_type: "webhook'; drop table x; --",
    }, 422],
    ["no type to check", "test_integration_connection", { org_id }, 404],
    ["credentials that are left out", "set_integration_credentials", target, 404],
    ["a list as credentials", "set_integration_credentials", { ...target, credentials: [{}] }, 422],
    ["a number as credentials", "set_integration_credentials", { ...target, credentials: 7 }, 422],
    ["a megabyte as credentials", "set_integration_credentials", {
      ...target,
      credentials: { token: megabyte },
    }, 422],
    ["a megabyte as reason for credentials", "set_integration_credentials", {
      ...target,
      credentials: {},
      reason: megabyte,
    }, 422],
    ["credentials with NUL", "set_integration_credentials", { ...target, credentials: { token: "\0" } }, 400],
    ["credentials for a foreign organisation", "set_integration_credentials", {
      ...target,
      org_id: crypto.randomUUID(),
      credentials: {},
    }, 403],
    ["a list of lists of lists as kinds of alerts", "configure_alert_webhook", {
      org_id,
      changes: { kinds: JSON.parse("[".repeat(1000) + "]".repeat(1000)) },
    }, 422],
    ["too many entries to settle", "settle_sync_entries", {
      ...target,
      reason: "x",
      entries: Array.from({ length: 10_001 }, (_, index) => ({ entry_key: `${index}`, resolution: "keep" })),
    }, 422],
    ["no instant as the send of an entry", "settle_sync_entries", {
      ...target,
      reason: "x",
      entries: [{ entry_key: "a", resolution: "resend", sent_at: {} }],
    }, 422],
    ["an explanation of the last days", "explain_sync_slots", {
      ...target,
      from: "294276-12-01T00:00:00Z",
      to: "294276-12-31T00:00:00Z",
    }, 422],
    ["an explanation of ever", "explain_sync_slots", { ...target, from: "-infinity", to: "infinity" }, 422],
    ["an explanation of centuries", "explain_sync_slots", {
      ...target,
      from: "0001-01-01",
      to: "9999-01-01",
    }, 422],
  ];
  for (const [name, rpc, parameters, status] of cases) {
    await t.step(`${name}: ${status}`, async () => {
      const answer = await call(rpc, parameters);
      assert.equal(answer.status, status, JSON.stringify(answer));
      assert.ok(answer.code, "the answer carries a code");
    });
  }
  await t.step("none of them started a run or a connection check", async () => {
    const started = await database.sql`select run_id from public.sync_run_log where org_id = ${org_id}
      union all select integration_id from sync_scheduler.connection_checks where integration_id = ${tenant.integrationId}`;
    assert.equal(started.length, 0);
  });
});

Deno.test("a NUL character gets a 4xx", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("coordinator");
  const { error, status } = await supabase.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "web\u0000hook",
  });
  assert.ok(error);
  assert.ok(status >= 400 && status < 500, `${status} ${error.message}`);
});
