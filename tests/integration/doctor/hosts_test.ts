/** The doctor in projects of hosts: one on Postgres 15 that grants by itself, and one with organisations of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OLDER_POSTGRES_VERSION } from "../../../local/postgres/native_package.ts";
import { CHECKS, diagnose, type Diagnosis } from "../../../cli/doctor/diagnose.ts";
import { readSchemas } from "../../../cli/doctor/schemas.ts";
import { root } from "../../../tools/run_deno.ts";
import { type HostProject, startHosts } from "../../support/hosts/hosts.ts";

// Nothing ticks and nothing is sent on a host's server of a test.
const AT_REST = [
  "installed",
  "membership",
  "extensions",
  "row_security",
  "grants",
  "realtime",
  "vault",
  "jobs",
];

async function bad({ sql }: HostProject): Promise<Diagnosis[]> {
  const schemas = await readSchemas(join(root, "supabase", "schemas"));
  const checks = CHECKS.filter(({ name }) => AT_REST.includes(name));
  const found = await Array.fromAsync(diagnose(sql, { schemas, checks }));
  return found.filter(({ status }) => status !== "PASS");
}

// Both have servers of their own, whatever SUPABASE_DB_URL names.
Deno.test({
  name:
    "the doctor finds nothing in a host on Postgres 15 that grants by itself, and finds a table that anon may read",
  fn: async () => {
    await using hosts = await startHosts(OLDER_POSTGRES_VERSION);
    const host = await hosts.create({ autoGrant: true });
    assert.equal((await host.install()).code, 0);
    await host.push();
    assert.deepEqual(await bad(host), []);

    await host.sql`grant select on public.sync_run_log to anon`;
    const [found] = await bad(host);
    assert.equal(found?.sql, "revoke select on table public.sync_run_log from anon;");
    await host.sql.unsafe(found?.sql ?? "");
    assert.deepEqual(await bad(host), []);
  },
});

Deno.test({
  name: "the doctor leaves a host's own organisations alone, and says when no caller has access",
  fn: async () => {
    await using hosts = await startHosts();
    const host = await hosts.create();
    await host.write({
      "supabase/migrations/20250101000000_mine.sql":
        "create table public.organizations (id int primary key); grant all on public.organizations to anon;",
    });
    assert.equal((await host.install("--without-membership")).code, 0);
    await host.push();
    const [found, ...others] = await bad(host);
    assert.deepEqual([found?.check, found?.status, others], ["membership", "FAIL", []]);
    assert.match(found?.message ?? "", /gives no caller access/);

    await host.sql.unsafe(`
      create or replace function sync_scheduler.has_org_role(org_id uuid, roles public.sync_member_role[])
      returns boolean language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
      begin
        return org_id = auth.uid();
      end;
      $$`);
    assert.deepEqual(await bad(host), []);
  },
});
