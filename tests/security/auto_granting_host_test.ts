import assert from "node:assert/strict";
import { startPlatform } from "../../local/platform.ts";
import { readPgtapFile, runPgtap } from "../../tools/run_pgtap.ts";
import { embeddedOnly } from "../support/local_only.ts";
import postgres from "postgres";

const FOLDER = new URL("../../supabase/tests/access/", import.meta.url).pathname;

// The shared platform grants nothing by itself, as projects do since October 2026; this one is of the older kind.
Deno.test({
  ...embeddedOnly("a host that grants every new table and function to everybody gets the same privileges"),
  fn: async () => {
    await using platform = await startPlatform({ seed: false, autoGrant: true });
    const admin = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
    const owner = postgres(platform.dbUrl, { max: 1 });
    try {
      await admin`create extension if not exists pgtap with schema extensions`;
      await owner`create table public.granted_by_default (id int)`;
      const [control] = await owner`
        select has_table_privilege('anon', 'public.granted_by_default', 'insert') as granted`;
      assert.equal(control?.granted, true, "the host does grant by itself");
      // The privileges test would find it, and rightly so.
      await owner`drop table public.granted_by_default`;
    } finally {
      await Promise.all([admin.end(), owner.end()]);
    }
    for (const file of ["privileges.test.sql", "rows_stay_with_their_organisation.test.sql"]) {
      const { assertions, problems } = await runPgtap(platform.dbUrl, await readPgtapFile(FOLDER + file));
      assert.deepEqual(problems, []);
      assert.ok(assertions.length > 0);
      assert.deepEqual(assertions.filter((assertion) => !assertion.passed), [], file);
    }
  },
});
