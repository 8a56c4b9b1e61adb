/**
 * `supabase/` by itself, as users copy it and as `supabase start` and `supabase db reset` leave it. Only the function's
 * tests need the deno.json of the root: it names fast-check.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@decimalturn/toml-patch";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { signIn } from "../../../local/demo/coordinator.ts";
import { startPlatform } from "../../../local/platform.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";

const supabase = new URL("../../../supabase/", import.meta.url);

Deno.test({
  ...embeddedOnly(
    "a press by the coordinator brings the vouchers to demo-receiver when only supabase/ is copied",
  ),
  async fn() {
    await using scratch = new AsyncDisposableStack();
    const projectDirectory = await Deno.makeTempDir({ prefix: "supabase-alone-" });
    scratch.defer(() => Deno.remove(projectDirectory, { recursive: true }));
    await copyDirectory(fileURLToPath(supabase), join(projectDirectory, "supabase"));
    await using platform = await startPlatform({ wire: false, projectDirectory });
    await using database = connect(platform.dbUrl);
    const coordinator = await signIn(platform.apiUrl, platform.publishableKey);
    const pressed = await coordinator.trigger();
    assert.ok("run" in pressed, JSON.stringify(pressed));
    let last = pressed.run;
    for await (last of coordinator.watch(pressed.run));
    assert.deepEqual([last.status, last.entries_done, last.error_message], ["succeeded", 1000, null]);

    const entries = await database.sql<{ entry_key: string; external_id: string }[]>`
      select entry_key, external_id from public.sync_export_entries where state = 'exported' order by entry_key`;
    const received = await (await fetch(`${platform.functionsUrl}/demo-receiver`)).json();
    const arrived = (received.vouchers as typeof entries).map(({ entry_key, external_id }) => ({
      entry_key,
      external_id,
    }))
      .sort((a, b) => a.entry_key < b.entry_key ? -1 : 1);
    assert.equal(arrived.length, 1000);
    assert.deepEqual(arrived, entries.map((entry) => ({ ...entry })));
    const [settings] = await database.sql`select function_url from sync_scheduler.settings`;
    assert.equal(settings?.["function_url"], "http://kong:8000/functions/v1/integration-sync");
    assert.equal(platform.receiver.requests.length, 0, "nothing goes around the seed's receiver");
    await coordinator.signOut();
  },
});

Deno.test("config.toml serves every function of the folder, and functions/.env allows the seed's receiver", async () => {
  const config = parse(await Deno.readTextFile(new URL("config.toml", supabase))) as {
    functions: Record<string, unknown>;
  };
  const folders = (await Array.fromAsync(Deno.readDir(new URL("functions/", supabase))))
    .filter(({ isDirectory, name }) => isDirectory && !name.startsWith("_")).map(({ name }) => name);
  assert.deepEqual(Object.keys(config.functions).sort(), folders.sort());
  const env = await Deno.readTextFile(new URL("functions/.env", supabase));
  assert.match(env, /^SYNC_ALLOW_PRIVATE_RECEIVERS=1$/m);
});
