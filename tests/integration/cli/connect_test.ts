/** The command that makes an integration and changes its config. */
import assert from "node:assert/strict";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";
import { asPerson, runCli } from "./run_cli.ts";

Deno.test("connect makes an integration from a file or an option, changes its config, and names what is wrong", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const connect = (
    person: "admin" | "viewer",
    ...args: string[]
  ) => ["connect", tenant.orgId, ...args, "--email", tenant.emails[person]];
  const env = asPerson(platform);
  const url = "https://erp.example/entries";

  const stdin = JSON.stringify({ url, batch_size: 20 });
  const made = await runCli(connect("admin", "webhook", "--file", "-", "--json"), { env, stdin });
  assert.equal(made.code, 0, made.err);
  assert.deepEqual(JSON.parse(made.out).config, { url, batch_size: 20 });

  const changed = await runCli(
    connect("admin", "webhook", "--config", JSON.stringify({ url }), "--reason", "Default"),
    { env },
  );
  assert.equal(changed.code, 0, changed.err);
  assert.match(
    changed.out,
    new RegExp(`\\n {2}npx sync-scheduler credentials set ${tenant.orgId} webhook\\n`),
  );
  const [row] = await database.sql<{ config: unknown; reason: string }[]>`
    select i.config, (select a.reason from public.sync_audit_log a where a.org_id = i.org_id and a.action = 'connect'
      order by a.audit_id desc limit 1) as reason
    from public.sync_integrations i where i.id = ${tenant.integrationId}`;
  assert.deepEqual(row, { config: { url }, reason: "Default" });

  for (
    const [type, config, says] of [
      ["webhook", {}, /url is missing\. Nothing was stored\. An example: \{"url": /],
      ["webhook", { url: "nourl" }, /url must be a complete address/],
      ["webhook", { url, bogus: 1 }, /bogus is not known/],
      ["xledger", { max_nodes: 501 }, /max_nodes must be 2 to 500/],
      ["dynamics", {}, /tenant_id is missing/],
    ] as const
  ) {
    const wrong = await runCli(connect("admin", type, "--config", JSON.stringify(config)), { env });
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
    assert.match(wrong.err, says);
  }
  const [kept] = await database.sql<{ types: string[]; config: unknown }[]>`
    select array_agg(i.integration_type) as types, min(i.config::text)::jsonb as config
    from public.sync_integrations i where i.org_id = ${tenant.orgId}`;
  assert.deepEqual(kept, { types: ["webhook"], config: { url } });

  const viewer = await runCli(connect("viewer", "webhook", "--config", stdin), { env });
  assert.deepEqual([viewer.code, viewer.out], [1, ""]);
  assert.match(viewer.err, /\(not_authorized\)/);
  const unknown = await runCli(connect("admin", "fjord", "--config", "{}"), { env });
  assert.deepEqual([unknown.code, unknown.out], [1, ""]);
  assert.match(unknown.err, /\(unknown_integration_type\)/);
  for (const args of [[], ["--config", "[]"], ["--config", "{}", "--file", "-"]]) {
    assert.equal((await runCli(connect("admin", "webhook", ...args), { env })).code, 2);
  }
});

Deno.test("connect says that it cannot check the config of a project's own connector", async () => {
  await using api = startReceiver(() => Response.json({}));
  const done = await runCli(["connect", crypto.randomUUID(), "fax", "--config", '{"number": 1}'], {
    env: { SUPABASE_URL: api.url, SUPABASE_SECRET_KEY: "sb_secret_test" },
  });
  assert.equal(done.code, 0, done.err);
  assert.match(
    done.out,
    /^fax is connected\. Its config is not checked, .* `status` says whether it works\. Next:\n/,
  );
});
