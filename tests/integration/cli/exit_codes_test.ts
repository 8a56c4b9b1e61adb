/** How the commands that use a project's API refuse when they cannot reach or use it. */
import assert from "node:assert/strict";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";
import { asBackend, asPerson, runCli } from "./run_cli.ts";

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
