/** What an install brings into a host's database, and what an uninstall leaves of it. */
import assert from "node:assert/strict";
import { type HostProject, type Hosts, useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { contents, useBundle } from "../../support/use.ts";

// A host as it may be: the extensions, and tables, a function, a policy and a publication entry of its own.
const HOST = `
create schema if not exists extensions;
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron;
create table public.projects (id uuid primary key default gen_random_uuid(), owner uuid not null);
alter table public.projects enable row level security;
create policy mine on public.projects using (owner = auth.uid());
grant select on public.projects to authenticated;
create function public.hello() returns text language sql as $$ select 'hello' $$;
alter publication supabase_realtime add table public.projects;
select cron.schedule('nightly', '0 3 * * *', 'select public.hello()');
`;

async function hostWithout(hosts: Hosts): Promise<HostProject> {
  const host = await hosts.create();
  await host.write({ "supabase/migrations/20250101000000_mine.sql": HOST });
  await host.push();
  return host;
}

async function installAndPush(host: HostProject, ...args: string[]): Promise<string> {
  const { code, text } = await host.install(...args);
  assert.equal(code, 0, text);
  await host.push();
  return text;
}

/** The statements among the next steps. */
function pastedSql(text: string): string[] {
  const steps = text.matchAll(/^ {2}\d+\. In the SQL editor[^\n]*:\n((?: {5}\S.*\n)+)/gm);
  return Array.from(steps, ([, sql = ""]) => sql.replace("<project ref>", "abcdefghijklmnopqrst"));
}

async function uninstallAndPush(host: HostProject, ...args: string[]): Promise<void> {
  const { code, text } = await host.uninstall(...args);
  assert.equal(code, 0, text);
  await host.push();
}

Deno.test({
  ...embeddedOnly("an install touches nothing of the host, and uninstall --drop-data takes all of it out"),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hostWithout(hosts);
    const before = await hosts.copy(host);
    const text = await installAndPush(host);
    const difference = await hosts.difference(before, host);
    assert.match(difference, /CREATE TABLE "public"\."sync_run_log"/);
    assert.doesNotMatch(difference, /projects|hello|^drop |default privileges/im);

    const [settings, people] = pastedSql(text);
    await host.sql.unsafe(settings ?? "");
    const email = `${crypto.randomUUID()}@example.test`;
    const paste = async () => await host.sql.unsafe(people?.replace("<your email>", email) ?? "");
    assert.equal((await paste()).length, 0);
    assert.equal(
      (await host.sql`select 1 from public.organizations`).length,
      0,
      "without people, nothing is made",
    );
    await host.sql`insert into auth.users (id, email) values (gen_random_uuid(), ${email})`;
    assert.equal((await paste()).length, 1, "the next steps run as they are printed");

    await useBundle(host.sql);
    assert.equal((await host.uninstall("--drop-data")).code, 0);
    // As the host does; the tests below push the same files without a start of the CLI.
    await host.cli.push();
    assert.equal(await hosts.difference(before, host), "");
    const jobs = await host.sql`select jobname from cron.job`;
    assert.deepEqual(jobs.map(({ jobname }) => jobname), ["nightly"]);
    const secrets = await host.sql`select name from vault.secrets where name like 'sync_scheduler %'`;
    assert.equal(secrets.length, 0, "addresses and credentials go too");
  },
});

Deno.test({
  ...embeddedOnly("uninstall keeps every row out of everybody's way, and an install brings them back"),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hostWithout(hosts);
    const before = await hosts.copy(host);
    await installAndPush(host);
    await useBundle(host.sql);
    const fresh = await hosts.copy(host);
    const rows = await contents(host.sql);
    delete rows["projects"];

    await uninstallAndPush(host);
    assert.deepEqual(await contents(host.sql, ["sync_scheduler_kept"]), rows);
    // Only the owner can reach it.
    const left = (await hosts.difference(before, host)).replaceAll(/"sync_scheduler_kept"/g, "kept");
    assert.doesNotMatch(
      left,
      /^grant |^create (function|policy|view|trigger|publication) |^alter publication |"public"|"sync_scheduler"/im,
    );

    // As an older release might have left them: the bundle's own types are those of the release that is installed.
    await host.sql`update sync_scheduler_kept.sync_integration_types set address_keys = '{}'`;
    await installAndPush(host);
    const restored = await contents(host.sql);
    delete restored["projects"];
    assert.deepEqual(restored, rows);
    assert.equal(await hosts.difference(fresh, host), "");
    // The next entry does not take the number of one that came back.
    await host.sql`
      insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
      select id, 'new', '2026-11', 'B-9', '{}' from public.sync_integrations`;
    assert.match((await host.install()).text, /nothing to do/);
  },
});

Deno.test({
  ...embeddedOnly(
    "an uninstall changes nothing and names the host's own objects that use the bundle's",
  ),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hostWithout(hosts);
    await installAndPush(host);
    await host.sql`
      create policy "members" on public.projects using (id in (select sync_scheduler.member_org_ids()))`;
    const before = await hosts.copy(host);
    await host.uninstall("--drop-data");
    await assert.rejects(host.cli.push(), /objects of the project use the Sync Scheduler[^]*policy members/);
    assert.equal(await hosts.difference(before, host), "");
  },
});

Deno.test({
  ...embeddedOnly(
    "kept rows that the host still refers to stay where they are when an install brings them back",
  ),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hostWithout(hosts);
    await installAndPush(host);
    await useBundle(host.sql);
    await host.sql`create table public.invoices (org_id uuid references public.organizations (id))`;
    await host.sql`insert into public.invoices select id from public.organizations`;
    await uninstallAndPush(host);
    await installAndPush(host);
    const [found] = await host.sql`
      select (select count(*)::int from public.organizations) as new,
        (select count(*)::int from sync_scheduler_kept.organizations) as kept,
        (select count(*)::int from public.invoices) as invoices`;
    assert.deepEqual({ ...found }, { new: 1, kept: 1, invoices: 1 });
  },
});
