/** The command that stores credentials, which it never prints. */
import assert from "node:assert/strict";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";
import { asBackend, asPerson, runCli } from "./run_cli.ts";

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
