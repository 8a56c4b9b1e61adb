import assert from "node:assert/strict";
import { usePlatform } from "../../support/platform.ts";
import { apiClient, type Client, createTenant, type Person } from "../../support/tenant.ts";

type Actor = Person | "outsider" | "anon" | "service_role";
const ACTORS: Actor[] = ["anon", "stranger", "outsider", "viewer", "coordinator", "admin", "service_role"];
const WORKER_RPCS = ["claim", "heartbeat", "reserve_entries", "record_results", "finish"];
const PRIVATE = ["start_run", "recover_runs", "post_attempt", "has_org_role"];

/** Through the Data API, as real clients come; the catalog's view of the same is in access/privileges.test.sql. */
Deno.test("each role can do through the API what it may and nothing else", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const [own, foreign] = await Promise.all([
    createTenant(database.sql, platform, { entries: 2 }),
    createTenant(database.sql, platform, { entries: 2 }),
  ]);
  await database.sql`update public.sync_integrations set manual_cooldown = '0 seconds'
    where id in ${database.sql([own.integrationId, foreign.integrationId])}`;
  const client = (actor: Actor): Promise<Client> | Client => {
    if (actor === "anon") return apiClient(platform);
    if (actor === "service_role") return apiClient(platform, platform.secretKey);
    return actor === "outsider" ? foreign.signIn("admin") : own.signIn(actor);
  };
  const member = new Set<Actor>(["viewer", "coordinator", "admin", "service_role"]);
  const maySync = new Set<Actor>(["coordinator", "admin", "service_role"]);
  const mayConfigure = new Set<Actor>(["admin", "service_role"]);
  const target = { org_id: own.orgId, integration_type: "webhook" };

  await database.sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at)
    values (${own.orgId}, ${own.integrationId}, 'webhook', 'succeeded', 'api', now(), now())`;

  for (const actor of ACTORS) {
    const supabase = await client(actor);
    await t.step(
      `${actor} reads ${member.has(actor) ? "the organisation's rows" : "no row of it"}`,
      async () => {
        const answers = [
          await supabase.from("organizations").select().eq("id", own.orgId),
          await supabase.from("organization_members").select().eq("org_id", own.orgId),
          await supabase.from("sync_integrations").select().eq("id", own.integrationId),
          await supabase.from("sync_run_log").select().eq("org_id", own.orgId),
          await supabase.from("sync_export_entries").select().eq("integration_id", own.integrationId),
          await supabase.from("sync_integration_health").select().eq("org_id", own.orgId),
        ];
        for (const { data, error } of answers) {
          if (actor === "anon") assert.equal(error?.code, "42501");
          else assert.equal((data?.length ?? 0) > 0, member.has(actor), JSON.stringify(error ?? data));
        }
      },
    );

    await t.step(`${actor} ${maySync.has(actor) ? "may" : "may not"} trigger and cancel`, async () => {
      await database.sql`delete from public.sync_run_log where org_id = ${own.orgId} and finished_at is null`;
      const { data: run, error } = await supabase.rpc("trigger_integration_sync", target);
      assert.equal(error === null, maySync.has(actor), JSON.stringify(error));
      let runId = run?.run_id;
      if (runId === undefined) {
        const rows = await database.sql`
          insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
          values (${own.orgId}, ${own.integrationId}, 'webhook', 'api', now() + interval '1 hour')
          returning run_id`;
        await database
          .sql`insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
          values (${rows[0]?.run_id}, 1, '', now() + interval '1 hour')`;
        runId = String(rows[0]?.run_id);
      }
      const cancel = await supabase.rpc("cancel_integration_sync", { run_id: runId });
      // A run may be over before it is cancelled; what counts is who is heard.
      const heard = cancel.error === null || cancel.error.message === "run_not_active";
      assert.equal(heard, maySync.has(actor), JSON.stringify(cancel.error));
    });

    await t.step(
      `${actor} ${maySync.has(actor) ? "may" : "may not"} check the connection, ` +
        `${mayConfigure.has(actor) ? "may" : "may not"} store credentials, and reads none`,
      async () => {
        const check = await supabase.rpc("test_integration_connection", target);
        assert.equal(check.error === null, maySync.has(actor), JSON.stringify(check.error));
        await database
          .sql`delete from sync_scheduler.connection_checks where integration_id = ${own.integrationId}`;
        const credentials = { signing_secret: "hemmelig" };
        const store = await supabase.rpc("set_integration_credentials", { ...target, credentials });
        assert.equal(store.error === null, mayConfigure.has(actor), JSON.stringify(store.error));
        assert.ok(!JSON.stringify(store).includes("hemmelig"));
        await database
          .sql`delete from sync_scheduler.connection_checks where integration_id = ${own.integrationId}`;
        const vault = await supabase.schema("vault" as never).from("decrypted_secrets" as never).select();
        assert.ok(vault.error, "Vault");
        const probe = { integration_id: own.integrationId, token: "0".repeat(64) };
        const calls = { claim_probes: { probes: [probe] }, finish_probe: { ...probe, outcome: "answered" } };
        for (const [name, parameters] of Object.entries(calls)) {
          const { error } = await supabase.rpc(`sync_worker_${name}` as never, parameters as never);
          assert.equal(error?.code, actor === "service_role" ? "PT401" : "42501", name);
        }
      },
    );

    await t.step(`${actor} writes no table that a function owns`, async () => {
      const run = await supabase.from("sync_run_log").update({ status: "succeeded" }).eq("org_id", own.orgId);
      assert.ok(run.error, "the run log");
      const entry = await supabase.from("sync_export_entries").update({ state: "exported" })
        .eq("integration_id", own.integrationId);
      assert.ok(entry.error, "the outbox");
      const health = await supabase.from("sync_integration_health").update({ status: "healthy" })
        .eq("integration_id", own.integrationId);
      assert.ok(health.error, "the health");
      if (actor === "service_role") return;
      const join = await supabase.from("organization_members")
        .insert({ org_id: own.orgId, user_id: own.userIds.stranger, role: "admin" });
      assert.ok(join.error, "the membership");
      const config = await supabase.from("sync_integrations").update({ enabled: true }).eq(
        "id",
        own.integrationId,
      );
      assert.ok(config.error, "the integrations");
    });

    await t.step(
      `${actor} ${actor === "service_role" ? "needs a token for" : "is refused"} every worker RPC`,
      async () => {
        const attempt = { run_id: crypto.randomUUID(), attempt: 1, token: "0".repeat(64) };
        const rest: Record<string, object> = {
          claim: { boot_id: crypto.randomUUID(), boot_ms: 1, cold_start: true },
          reserve_entries: { batch_size: 1 },
          record_results: { batch_id: crypto.randomUUID(), results: [] },
          finish: { outcome: "succeeded" },
        };
        for (const name of WORKER_RPCS) {
          const { error } = await supabase.rpc(
            `sync_worker_${name}` as never,
            { ...attempt, ...rest[name] } as never,
          );
          assert.equal(error?.code, actor === "service_role" ? "PT401" : "42501", name);
        }
      },
    );

    await t.step(`${actor} reaches no private function`, async () => {
      for (const name of PRIVATE) {
        const direct = await supabase.rpc(name as never);
        assert.ok(direct.error, name);
        const byProfile = await supabase.schema("sync_scheduler" as never).rpc(name as never);
        assert.ok(byProfile.error, name);
      }
    });
  }
});
