/** What the migrations make is what the declared schemas say: `supabase db diff` has nothing to write. */
import assert from "node:assert/strict";
import { copyDirectory } from "../../local/copy_directory.ts";
import { readSchemaFiles } from "../../cli/bundle/schema_files.ts";
import { root } from "../../tools/run_deno.ts";
import { useHosts } from "../support/hosts.ts";
import { embeddedOnly } from "../support/local_only.ts";

Deno.test({
  ...embeddedOnly("this repository's migrations and its schemas make the same database"),
  fn: async () => {
    const hosts = await useHosts();
    const [migrated, declared, diffed] = [await hosts.create(), await hosts.create(), await hosts.create()];
    await copyDirectory(`${root}/supabase/migrations`, `${migrated.directory}/supabase/migrations`);
    await migrated.cli.push();
    for (const { sql } of await readSchemaFiles(`${root}/supabase/schemas`)) await declared.sql.unsafe(sql);
    assert.equal(await hosts.difference(migrated, declared), "");
    assert.equal(await hosts.difference(declared, migrated), "");
    // The migration that the CLI writes from the declared schemas makes the same, too.
    await diffed.sql.unsafe(await hosts.difference(diffed, declared));
    assert.equal(await hosts.difference(diffed, declared), "");
    assert.equal(await hosts.difference(declared, diffed), "");
  },
});
