/** What the migrations make is what the declared schemas say: `supabase db diff` has nothing to write. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import { root } from "../../../cli/root.ts";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { copyReleased } from "../../support/hosts/checkout.ts";
import { createDeclared, declaredPaths } from "../../support/hosts/declared.ts";
import { type HostProject, type Hosts, runCli, useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { useBundle } from "../../support/use.ts";
import { releaseNext } from "./next_release.ts";

const MINE = "create table public.mine (id int primary key, org_id uuid);\n" +
  "alter table public.mine enable row level security;\n";
const POLICY =
  'create policy "members" on public.mine using (org_id in (select sync_scheduler.member_org_ids()));\n';

/** The CLI would write no migration from the declared files; with `both`, nor one that leads back. A diff costs 1 s. */
async function assertInStep(hosts: Hosts, host: HostProject, both = false): Promise<void> {
  const folder = join(host.directory, "supabase/schemas");
  const paths = (await declaredPaths(folder)).map((path) => join(folder, path));
  await using declared = await createDeclared(hosts, paths);
  assert.equal(await hosts.difference(host, declared.project), "");
  if (both) assert.equal(await hosts.difference(declared.project, host), "");
}

async function cli(checkout: string, host: HostProject, ...args: string[]): Promise<string> {
  const { code, text } = await runCli(checkout, [...args, "--workdir", host.directory]);
  assert.equal(code, 0, text);
  await host.push();
  return text;
}

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
  },
});

Deno.test({
  ...embeddedOnly(
    "a host's declared files stay in step: installed, upgraded, uninstalled, installed again, dropped",
  ),
  fn: async () => {
    await using copy = await copyReleased();
    const hosts = await useHosts();
    const host = await hosts.create();
    await host.write({
      "supabase/schemas/mine.sql": MINE,
      "supabase/migrations/20250101000000_mine.sql": MINE,
    });
    await cli(copy.directory, host, "install");
    await assertInStep(hosts, host, true);
    // One of the host's own that needs the bundle and sorts before it.
    await host.write({
      "supabase/schemas/app/policy.sql": POLICY,
      "supabase/migrations/20990101000000_policy.sql": POLICY,
    });
    await host.push();
    await useBundle(host.sql);
    await releaseNext(copy, "0.2.0");
    await cli(copy.directory, host, "upgrade");
    await assertInStep(hosts, host, true);
    {
      await using without = await createDeclared(hosts, [join(host.directory, "supabase/schemas/mine.sql")]);
      assert.match(await hosts.difference(host, without.project), /^DROP SCHEMA "sync_scheduler"/m);
    }

    await Deno.remove(join(host.directory, "supabase/schemas/app"), { recursive: true });
    await host.write({
      "supabase/migrations/20990102000000_no_policy.sql": 'drop policy "members" on public.mine;\n',
    });
    await cli(copy.directory, host, "uninstall");
    await assertInStep(hosts, host, true);

    await cli(copy.directory, host, "install");
    const declared = () => declaredPaths(join(host.directory, "supabase/schemas"));
    assert.ok(!(await declared()).some((path) => path.endsWith("uninstall.sql")));

    await cli(copy.directory, host, "uninstall", "--drop-data");
    await assertInStep(hosts, host);
    assert.deepEqual(await declared(), ["mine.sql", "sync_scheduler/extensions.sql"]);
  },
});

Deno.test({
  ...embeddedOnly("a host with organisations of its own declares its two functions as it has written them"),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hosts.create();
    const accounts = "create table public.accounts (id uuid primary key, owner uuid);\n" +
      "alter table public.accounts enable row level security;\n";
    await host.write({
      // Sorts behind the bundle.
      "supabase/schemas/tables/accounts.sql": accounts,
      "supabase/migrations/20250101000000_mine.sql": accounts,
    });
    const { code, text } = await host.install("--without-membership");
    assert.equal(code, 0, text);
    const adapter = /^added +(\S+_membership_adapter\.sql)$/m.exec(text)?.[1] ?? "";
    for (const path of [adapter, "supabase/schemas/sync_scheduler/20_membership_adapter.sql"]) {
      const sql = await Deno.readTextFile(join(host.directory, path));
      const mine = sql.replace("select null::uuid where false", "select a.id from public.accounts a");
      assert.notEqual(mine, sql, path);
      await host.write({ [path]: mine });
    }
    await host.push();
    assert.match((await host.install()).text, /nothing to do/);
    await assertInStep(hosts, host);
  },
});
