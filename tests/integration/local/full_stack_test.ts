/** A second platform plays a stack that runs elsewhere: an end-to-end test and Realtime's contract pass against it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startPlatform } from "../../../local/platform.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { PLATFORM_VARIABLE } from "../../support/platform.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const STUB = fileURLToPath(new URL("./stub_function/", import.meta.url));
const FILES = ["tests/integration/e2e/manual_trigger_test.ts", "tests/contracts/platform/realtime_test.ts"];
const TESTS = "/^a run exports every entry once and succeeds$|^Realtime (reports|asks|applies|says|ends)/";

Deno.test({
  ...embeddedOnly(
    "an end-to-end test and Realtime's contract pass against a stack that runs elsewhere",
  ),
  async fn() {
    // Its own function exports nothing: the run can succeed only by the one that the other process starts.
    await using stack = await startPlatform({ seed: false, functionDirectory: STUB });
    await using admin = connect(stack.adminUrl);
    // As the Auth of a full stack has it.
    await admin.sql`alter table auth.users add column instance_id uuid`;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--filter", TESTS, ...FILES],
      cwd: ROOT,
      env: {
        NO_COLOR: "1",
        [PLATFORM_VARIABLE]: "",
        SUPABASE_DB_URL: stack.dbUrl,
        SUPABASE_URL: stack.apiUrl,
        SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
        SUPABASE_SECRET_KEY: stack.secretKey,
      },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    assert.match(text, /7 passed/);

    const [people] = await admin.sql`select count(*)::int as all, count(instance_id)::int as with_instance
      from auth.users`;
    assert.ok(people?.all > 4, "the seed's people and the test's");
    assert.equal(people?.with_instance, people?.all, "each can be found by the stack's Auth");
  },
});
