/** Clients can call no function between two migrations, wherever a push stops. */
import assert from "node:assert/strict";
import { startPlatform } from "../../../local/platform.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";

const MIGRATIONS = new URL("../../../supabase/migrations/", import.meta.url);

Deno.test({
  ...embeddedOnly("a client can call nothing after each single migration, until the grants have run"),
  fn: async () => {
    // Also on a host that grants every new function to every role.
    await using platform = await startPlatform({ migrate: false, seed: false, autoGrant: true });
    await using owner = connect(platform.dbUrl);
    const callable = async () => {
      const rows = await owner.sql<{ name: string; role: string }[]>`
        select p.oid::regproc::text as name, role from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          cross join unnest('{anon,authenticated}'::text[]) role
        where n.nspname in ('public', 'sync_scheduler') and p.prorettype <> 'trigger'::regtype
          and has_function_privilege(role, p.oid, 'execute') and has_schema_privilege(role, n.oid, 'usage')
        order by 1, 2`;
      return rows.map(({ name, role }) => `${role}: ${name}`);
    };
    assert.deepEqual(await callable(), []);
    const files = [...Deno.readDirSync(MIGRATIONS)].map(({ name }) => name).sort();
    const grants = files.findIndex((name) => name.endsWith("_access_rules.sql"));
    assert.ok(grants > 0);
    for (const [n, file] of files.entries()) {
      await owner.sql.unsafe(await Deno.readTextFile(new URL(file, MIGRATIONS)));
      const found = await callable();
      if (n < grants) assert.deepEqual(found, [], file);
      else assert.ok(found.includes("authenticated: trigger_integration_sync"), file);
      assert.deepEqual(found.filter((right) => right.startsWith("anon")), [], file);
    }
  },
});
