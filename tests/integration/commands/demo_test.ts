/** The README's demo as a person starts it. */
import assert from "node:assert/strict";
import { SCRATCH_VARIABLE } from "../../../local/lifecycle/scratch_directory.ts";
import { startPlatform } from "../../../local/platform.ts";
import { TEMPLATES_VARIABLE } from "../../../local/postgres/templates.ts";
import { until } from "../../../local/wait.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { root, task } from "./task.ts";

/** As people have it, who have no templates: the database is made anew, where temporary files are. */
const WITHOUT_TEMPLATES = { [TEMPLATES_VARIABLE]: "", [SCRATCH_VARIABLE]: "" };

Deno.test({
  ...embeddedOnly(
    "the demo exports everything, shows the refused second press and leaves nothing behind, also behind a proxy that is dead",
  ),
  fn: async () => {
    // Open to the user that Postgres runs as under root.
    const temporary = await Deno.makeTempDir({ prefix: "temporary-of-a-test-" });
    await Deno.chmod(temporary, 0o755);
    // Nothing listens there, and no variable exempts this machine.
    const proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const dead = Object.fromEntries(proxies.map((name) => [name, "http://127.0.0.1:9"]));
    const { code, text } = await task(root, "demo", {
      ...WITHOUT_TEMPLATES,
      ...dead,
      NO_PROXY: "",
      no_proxy: "",
      TMPDIR: temporary,
    });
    assert.equal(code, 0, text);
    assert.match(text, /succeeded +1000 of 1000 entries/);
    assert.match(text, /refused: rate_limited \(code PT429, retry_after_seconds \d+\)/);
    assert.match(text, /in the ledger +1000 entries of the external system, 0 of them more than once/);
    await until(
      "its directory is gone",
      async () => (await Array.fromAsync(Deno.readDir(temporary))).length === 0,
    );
    await Deno.remove(temporary);
  },
});

Deno.test({
  ...embeddedOnly("the scheduled demo shows a run that pg_cron starts at its minute, with drift and warm-up"),
  fn: async () => {
    const { code, text } = await task(root, ["demo", "--scheduled"]);
    assert.equal(code, 0, text);
    assert.match(text, /The slot \d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z\n +ran, drift \d+\.\d{3} s/);
    // Warm, if a connection check had its turn just before.
    assert.match(
      text,
      /warm-up: sent \d+\.\d s before the slot, it found the function (cold \(.*\)|warm); the run was warm/,
    );
    assert.match(text, /in the ledger +1000 entries of the external system, 0 of them more than once/);
  },
});

Deno.test({
  ...embeddedOnly("the demo fails when its run fails, and says why"),
  fn: async () => {
    const { code, text } = await task(root, ["demo", "--refuse"]);
    assert.equal(code, 1, text);
    assert.match(text, /The run failed: webhook_access_refused/);
  },
});

Deno.test({
  ...embeddedOnly("a database with Supabase's own Auth and no SUPABASE_URL: the demo says that it is needed"),
  fn: async () => {
    await using stack = await startPlatform({ seed: false });
    await using admin = connect(stack.adminUrl);
    // As the Auth of a full stack has it.
    await admin.sql`alter table auth.users add column instance_id uuid`;
    const { code, text } = await task(root, "demo", { SUPABASE_DB_URL: stack.dbUrl });
    assert.equal(code, 1, text);
    assert.match(
      text,
      /could not sign in.*\n.*has Supabase's own Auth.*Set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY/,
    );
  },
});
