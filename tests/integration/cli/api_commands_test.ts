/** The commands that use a project's API, against the platform, as the backend and as people. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { aRun } from "../../../src/client/testing/run.ts";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";
import { asBackend, asPerson, runCli, startCli } from "./run_cli.ts";

Deno.test("trigger starts a sync, waits for its end and says by the exit code how it ended", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 12 });
  const trigger = (
    ...args: string[]
  ) => ["trigger", tenant.orgId, "webhook", "--email", tenant.emails.coordinator, ...args];
  const env = asPerson(platform);

  const first = await runCli(trigger("--wait", "--idempotency-key", "monday"), { env });
  assert.deepEqual([first.code, first.err], [0, ""]);
  assert.match(first.out, /^Run [0-9a-f-]{36} succeeded: 12 exported, 0 rejected\.\n$/);
  await assertExportedOnce(database.sql, tenant.integrationId, receiver, 12);

  const again = await runCli(trigger("--idempotency-key", "monday", "--json"), { env });
  assert.equal(again.code, 0, again.err);
  assert.ok(first.out.includes(JSON.parse(again.out).run_id), "the same key is the same run");

  const blank = await runCli(trigger("--idempotency-key", ""), { env });
  assert.match(
    blank.err,
    /^The idempotency key is not valid\. \(invalid_idempotency_key\)\nGive --idempotency-key at most /,
  );

  const refused = await runCli(trigger(), { env });
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /\(rate_limited\)\n$/);

  const viewer = await runCli(
    ["trigger", tenant.orgId, "webhook", "--email", tenant.emails.viewer],
    { env },
  );
  assert.deepEqual([viewer.code, viewer.out], [1, ""]);
  assert.match(viewer.err, /\(not_authorized\)\n/);
});

Deno.test("trigger --wait ends with 1 when the run fails", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  // Nothing listens at its address.
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  await database.sql`update public.sync_integrations set max_attempts = 1 where id = ${tenant.integrationId}`;
  const { code, out, err } = await runCli(["trigger", tenant.orgId, "webhook", "--wait", "--json"], {
    env: asBackend(platform),
  });
  assert.deepEqual([code, JSON.parse(out).status, err], [1, "failed", ""]);
});

Deno.test("trigger --wait says that the run goes on when it is interrupted", async () => {
  const runId = crypto.randomUUID();
  const polled = Promise.withResolvers<void>();
  await using api = startReceiver(({ method }) => {
    if (method === "GET") polled.resolve();
    return Response.json(aRun({ run_id: runId }));
  });
  const cli = startCli(["trigger", crypto.randomUUID(), "webhook", "--wait"], {
    env: { SUPABASE_URL: api.url, SUPABASE_SECRET_KEY: "sb_secret_test" },
  });
  await polled.promise;
  cli.interrupt();
  const { code, out, err } = await cli.outcome;
  assert.deepEqual([code, out], [130, ""]);
  assert.match(err, new RegExp(`^No longer waiting\\. Run ${runId} goes on: .sync-scheduler status `));
});

Deno.test("status ends with 1 and says what to check when there is no such organisation", async () => {
  const platform = await usePlatform();
  const unknown = ["status", crypto.randomUUID()];
  const { code, out, err } = await runCli(unknown, { env: asBackend(platform) });
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /has no integration\. Check the id, or connect one/);
  const json = await runCli([...unknown, "--json"], { env: asBackend(platform) });
  assert.deepEqual([json.code, JSON.parse(json.out).integrations], [1, []]);
});

Deno.test("status shows integrations, runs, slots and alerts, for people and for programs", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const { sql } = database;
  await sql`update public.sync_integrations set schedule = '0 2 * * *' where id = ${tenant.integrationId}`;
  await sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for,
      deadline_at, finished_at, skip_reason)
    select ${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'skipped', 'schedule', slot, slot, slot, 'missed'
    from (select date_trunc('day', now() - interval '2 hours') + interval '2 hours' as slot) s`;
  await sql`
    insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, dedup_key, message)
    values (${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'run_failed', 'warning', ${tenant.orgId},
      ${"a vendor says \u001b[31mred\u001b[0m\nand more"})`;

  const status = ["status", tenant.orgId, "--hours", "26"];
  const backend = await runCli([...status, "--json"], { env: asBackend(platform) });
  assert.equal(backend.code, 0, backend.err);
  const { integrations, runs, slots, alerts } = JSON.parse(backend.out);
  assert.deepEqual(
    [integrations, runs, alerts].map((rows: { integration_type: string }[]) =>
      rows.map(({ integration_type }) => integration_type)
    ),
    // The missed slot has raised the second alert.
    [["webhook"], ["webhook"], ["webhook", "webhook"]],
  );
  assert.ok(
    slots.some(({ state, reason }: Record<string, string>) => state === "skipped" && reason === "missed"),
  );

  const env = asPerson(platform);
  const viewer = await runCli([...status, "--email", tenant.emails.viewer], { env });
  assert.equal(viewer.code, 0, viewer.err);
  assert.match(viewer.out, /^Integrations\n {2}TYPE +STATE +HEALTH .*\n {2}webhook +idle /);
  assert.match(viewer.out, /\nSlots of the last 26 h that did not run in time\n.*\n.* skipped +missed /);
  assert.match(viewer.out, / a vendor says red and more\n/, "what others wrote does not steer the terminal");

  const stranger = await runCli([...status, "--email", tenant.emails.stranger], { env });
  assert.deepEqual([stranger.code, stranger.out], [1, ""]);
  assert.match(
    stranger.err,
    /\(not_authorized\)\nCheck the id of the organisation, and the role of the person there\.\n$/,
  );
});

Deno.test("why explains a slot, and names the next to a time that is none", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const { sql } = database;
  await sql`update public.sync_integrations set schedule = '0 2 * * *' where id = ${tenant.integrationId}`;
  const why = (...args: string[]) =>
    runCli(["why", tenant.orgId, "webhook", ...args], { env: asBackend(platform) });

  const [slot] = await sql<{ at: Date }[]>`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for,
      deadline_at, finished_at, skip_reason)
    select ${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'skipped', 'schedule', slot, slot, slot, 'missed'
    from (select date_trunc('day', now()) - interval '22 hours' as slot) s
    returning scheduled_for as at`;
  const at = slot?.at ?? new Date(0);
  const shown = `${at.toISOString().slice(0, 19).replace("T", " ")}Z`;
  const table = await why(at.toISOString());
  assert.equal(table.code, 0, table.err);
  assert.match(table.out, new RegExp(`^SCHEDULED +TYPE .*\\n${shown} +webhook +skipped +missed `));
  assert.deepEqual(
    JSON.parse((await why(at.toISOString(), "--json")).out).map(({ state }: { state: string }) => state),
    ["skipped"],
  );

  const none = await why(new Date(at.getTime() + 60_000).toISOString());
  assert.deepEqual([none.code, none.out], [1, ""]);
  assert.match(none.err, new RegExp(`^No slot is scheduled for .*\\. The next to it: ${shown}[.,]`));
});

Deno.test("credentials come from standard input or a file, are stored, and are never printed", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const secret = `whsec_${btoa("of this test, twenty-four")}`;
  const credentials = JSON.stringify({ signing_secret: secret });
  const set = ["credentials", "set", tenant.orgId, "webhook"];
  const stored = async () => {
    const [row] = await database.sql<{ secret: string }[]>`
      select s.decrypted_secret as secret from sync_scheduler.integration_credentials c
      join vault.decrypted_secrets s on s.id = c.secret_id where c.integration_id = ${tenant.integrationId}`;
    return row?.secret ?? "";
  };

  const env = asPerson(platform);
  const done = await runCli([...set, "--email", tenant.emails.admin], { env, stdin: credentials });
  assert.equal(done.code, 0, done.err);
  assert.ok((await stored()).includes(secret));
  assert.ok(!`${done.out}${done.err}`.includes(secret));

  // On a busy machine the cooldown of ten seconds might be over before the second call.
  await database
    .sql`update sync_scheduler.connection_checks set requested_at = clock_timestamp() + interval '40 seconds'
    where integration_id = ${tenant.integrationId}`;
  const again = await runCli([...set, "--email", tenant.emails.admin], { env, stdin: credentials });
  assert.deepEqual([again.code, again.out], [1, ""]);
  const wait = /just now\. Try again in (\d+) s\. Nothing was stored\. \(rate_limited\)\n$/.exec(again.err);
  assert.ok(Number(wait?.[1]) <= 50, again.err);

  const coordinator = await runCli([...set, "--email", tenant.emails.coordinator], {
    env,
    stdin: credentials,
  });
  assert.deepEqual([coordinator.code, coordinator.out], [1, ""]);
  assert.match(coordinator.err, /\(not_authorized\)/);

  const directory = await Deno.makeTempDir({ prefix: "credentials-of-a-test-" });
  try {
    const file = `${directory}/credentials.json`;
    await Deno.writeTextFile(file, JSON.stringify({ signing_secret: secret.slice(0, 12), [secret]: 1 }));
    const invalid = await runCli([...set, "--file", file], { env: asBackend(platform) });
    assert.deepEqual([invalid.code, invalid.out], [2, ""]);
    assert.match(invalid.err, /signing_secret must be whsec_ and the base64 of 24 to 64 bytes/);
    assert.ok(!invalid.err.includes(secret.slice(0, 12)));
    for (const text of [`{"signing_secret": "${secret}`, `["${secret}"]`, secret, ""]) {
      await Deno.writeTextFile(file, text);
      const refused = await runCli([...set, "--file", file], { env: asBackend(platform) });
      assert.deepEqual([refused.code, refused.out], [2, ""]);
      assert.match(refused.err, /^The credentials must be a JSON object, /);
      assert.ok(!refused.err.includes(secret));
    }
    const missing = await runCli([...set, "--file", `${directory}/none.json`], { env: asBackend(platform) });
    assert.equal(missing.code, 1);
    assert.match(missing.err, /none\.json cannot be read: ENOENT/);
    // An argument would be in the shell's history and in the list of processes.
    const argument = await runCli([...set, credentials], { env: asBackend(platform) });
    assert.equal(argument.code, 2);
    assert.ok(!argument.err.includes(secret));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("credentials are sent with the address that the integration had before they were read", async () => {
  const config = { url: "https://erp.example/entries", batch_size: 20 };
  for (const [rows, address] of [[[{ config }], config], [[], {}]] as const) {
    await using api = startReceiver(({ method }) => Response.json(method === "GET" ? rows : {}));
    const done = await runCli(["credentials", "set", crypto.randomUUID(), "xledger"], {
      env: { SUPABASE_URL: api.url, SUPABASE_SECRET_KEY: "sb_secret_test" },
      stdin: '{"token": "x"}',
    });
    assert.equal(done.code, 0, done.err);
    const sent = api.requests.find(({ path }) => path === "/rest/v1/rpc/set_integration_credentials");
    assert.deepEqual(JSON.parse(sent?.body ?? "null").address, address);
  }
});

Deno.test("exit code 3 means that the database cannot be reached or refuses; 2 that something is not set", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const status = ["status", tenant.orgId];
  const person = [...status, "--email", tenant.emails.viewer];

  const wrong = await runCli(person, { env: asPerson(platform, "not the password") });
  assert.deepEqual([wrong.code, wrong.out], [3, ""]);
  assert.match(wrong.err, /^viewer-\S+ cannot sign in: /);
  assert.ok(!wrong.err.includes("not the password"));

  const key = { ...asBackend(platform), SUPABASE_SECRET_KEY: "sb_secret_wrong" };
  const stranger = await runCli(status, { env: key });
  assert.deepEqual([stranger.code, stranger.out], [3, ""]);
  assert.match(
    stranger.err,
    /^The API of SUPABASE_URL does not accept the key\. \(not_authenticated\)\nCheck the key in the environment/,
  );
  assert.ok(!stranger.err.includes("sb_secret_wrong"));

  const { SUPABASE_URL: _url, ...withoutUrl } = asBackend(platform);
  const { SUPABASE_SECRET_KEY: _key, ...withoutKey } = asBackend(platform);
  const { SYNC_SCHEDULER_PASSWORD: _password, ...withoutPassword } = asPerson(platform);
  for (
    const [args, env, says] of [
      [status, withoutUrl, /^SUPABASE_URL is not set\. /],
      [status, { ...withoutKey, SUPABASE_URL: "fjord" }, /^SUPABASE_URL is not an address /],
      [status, withoutKey, /^SUPABASE_SECRET_KEY is not set /],
      [person, asBackend(platform), /^SUPABASE_PUBLISHABLE_KEY is not set /],
      [person, withoutPassword, /^The password comes from SYNC_SCHEDULER_PASSWORD, /],
    ] as const
  ) {
    const { code, out, err } = await runCli(args, { env });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, says);
  }
});

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
