import assert from "node:assert/strict";
import { startPlatform } from "../../../local/platform.ts";
import { readPgtapFile, runPgtap } from "../../../tools/run_pgtap.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";

const FOLDER = new URL("../../../supabase/tests/access/", import.meta.url).pathname;

// The shared platform grants nothing by itself, as projects do since October 2026; this one is of the older kind.
Deno.test({
  ...embeddedOnly("a host that grants every new table and function to everybody gets the same privileges"),
  fn: async () => {
    await using platform = await startPlatform({ seed: false, autoGrant: true });
    await using admin = connect(platform.adminUrl);
    await using owner = connect(platform.dbUrl);
    await admin.sql`create extension if not exists pgtap with schema extensions`;
    await owner.sql`create table public.granted_by_default (id int)`;
    const [control] = await owner.sql`
      select has_table_privilege('anon', 'public.granted_by_default', 'insert') as granted`;
    assert.equal(control?.granted, true, "the host does grant by itself");
    // The privileges test would find it, and rightly so.
    await owner.sql`drop table public.granted_by_default`;
    for (const file of ["privileges.test.sql", "rows_stay_with_their_organisation.test.sql"]) {
      const { assertions, problems } = await runPgtap(platform.dbUrl, await readPgtapFile(FOLDER + file));
      assert.deepEqual(problems, []);
      assert.ok(assertions.length > 0);
      assert.deepEqual(assertions.filter((assertion) => !assertion.passed), [], file);
    }
  },
});
