import assert from "node:assert/strict";
import { usePlatform } from "../support/platform.ts";
import { createTenant } from "../support/tenant.ts";

Deno.test("hostile parameters get a clear 4xx, never a 5xx, and start nothing", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("coordinator");
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
  ];
  for (const [name, rpc, parameters, status] of cases) {
    await t.step(`${name}: ${status}`, async () => {
      const answer = await call(rpc, parameters);
      assert.equal(answer.status, status, JSON.stringify(answer));
      assert.ok(answer.code, "the answer carries a code");
    });
  }
  await t.step("none of them started a run", async () => {
    const runs = await database.sql`select from public.sync_run_log where org_id = ${org_id}`;
    assert.equal(runs.length, 0);
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
