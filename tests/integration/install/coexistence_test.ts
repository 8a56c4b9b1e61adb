/** Hosts that are not as the local platform is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { OLDER_POSTGRES_VERSION } from "../../../local/postgres/native_package.ts";
import { openPgtap, readPgtapFile } from "../../../tools/run_pgtap.ts";
import { root } from "../../../tools/run_deno.ts";
import { connect } from "../../support/connect.ts";
import { type HostProject, startHosts, useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createProject } from "../../support/hosts/project.ts";

const OTHER_SHAPE = `create table public.organizations (number bigint primary key, title text not null);
insert into public.organizations values (1, 'Fjordfisk');
`;

async function install(host: HostProject, ...args: string[]): Promise<void> {
  const { code, text } = await host.install(...args);
  assert.equal(code, 0, text);
}

/** The migrations of a host as one script. */
async function script({ directory }: HostProject): Promise<string> {
  const folder = join(directory, "supabase", "migrations");
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  return (await Promise.all(names.map((name) => Deno.readTextFile(join(folder, name))))).join("\n");
}

Deno.test({
  ...embeddedOnly("auto_expose_new_tables on and off: the same catalog, privileges included"),
  fn: async () => {
    const hosts = await useHosts();
    const [off, on] = [await hosts.create(), await hosts.create({ autoGrant: true })];
    for (const host of [off, on]) {
      await install(host);
      await host.push();
    }
    const difference = (await hosts.difference(off, on)).split("\n").filter((line) =>
      // What the host grants by itself, and the jobs, whose database has another name.
      !/^ALTER DEFAULT PRIVILEGES|^SELECT cron\.|^SET local check_function_bodies|^$/.test(line)
    );
    assert.deepEqual(difference, []);
    await on.sql`create table public.mine (id int)`;
    const [control] = await on.sql`select has_table_privilege('anon', 'public.mine', 'insert') as granted`;
    assert.equal(control?.granted, true, "the host does grant by itself");
  },
});

Deno.test("the installer advises to leave ours out when a host's migrations make organisations of another shape", async () => {
  await using project = await createProject({ "migrations/20250102000000_organizations.sql": OTHER_SHAPE });
  const before = await project.files();
  const { code, text } = await project.install();
  assert.equal(code, 1);
  assert.match(
    text,
    /20250102000000_organizations\.sql makes organisations of your own: install with --without-membership/,
  );
  assert.deepEqual(await project.files(), before);
  assert.equal((await project.install(["--without-membership"])).code, 0);
});

Deno.test({
  ...embeddedOnly(
    "organisations of another shape that only the database knows are refused there, with the way out",
  ),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hosts.create();
    await host.sql.unsafe(OTHER_SHAPE);
    await install(host);
    await assert.rejects(
      host.push(),
      /public\.organizations or public\.organization_members is there already[^]*--without-membership/,
    );

    // The way out, as the message says it.
    const folder = join(host.directory, "supabase", "migrations");
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    const from = names.findIndex((name) => name.endsWith("_sync_scheduler_membership.sql"));
    for (const name of names.slice(from)) await Deno.remove(join(folder, name));
    await install(host, "--without-membership");
    await host.push();
    const [theirs] = await host.sql`select * from public.organizations`;
    assert.deepEqual({ ...theirs }, { number: "1", title: "Fjordfisk" });
    const [version] = await host.sql`select version from sync_scheduler.version()`;
    assert.ok(version);
  },
});

Deno.test({
  ...embeddedOnly("20 installs of the same migrations at once: one wins, the others fail whole"),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hosts.create();
    await install(host);
    const sql = await script(host);
    const clients = Array.from({ length: 20 }, () => postgres(host.dbUrl, { max: 1, onnotice: () => {} }));
    const results = await Promise.all(
      clients.map((client) =>
        client.begin((tx) => tx.unsafe(sql).simple()).then(
          () => "installed",
          (error: { code?: string }) => error.code,
        )
      ),
    );
    await Promise.all(clients.map((client) => client.end({ timeout: 0 })));
    assert.deepEqual(
      results.filter((result) => result === "installed"),
      ["installed"],
      JSON.stringify(results),
    );
    // Exists already, in one way or another, or gave way to the one that won.
    const losers = results.filter((result) => result !== "installed");
    assert.deepEqual(
      losers.filter((code) => !/^(23505|42710|42P06|42P07|42723|40P01|P0001|XX000)$/.test(code ?? "")),
      [],
    );

    const fresh = await hosts.create();
    await fresh.sql.unsafe(await script(host)).simple();
    const difference = (await hosts.difference(fresh, host)).replaceAll(
      /^SELECT cron\..*\n|^SET local .*\n|^\n/gm,
      "",
    );
    assert.equal(difference, "");
    const [rows] = await host.sql`
      select (select count(*)::int from sync_scheduler.settings) as settings, (select count(*)::int from cron.job) as jobs`;
    assert.deepEqual({ ...rows }, { settings: 1, jobs: 3 });
  },
});

Deno.test({
  ...embeddedOnly("several `supabase db push` at once leave one whole installation"),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hosts.create();
    await install(host);
    const results = await Promise.allSettled([1, 2, 3].map(() => host.cli.push()));
    for (const result of results) {
      if (result.status === "rejected") {
        assert.match(
          String(result.reason),
          /already exists|is there already|duplicate key|deadlock|concurrently/,
        );
      }
    }
    // The loser goes on where the winner is; in the end it is all there, once.
    await host.cli.push();
    const fresh = await hosts.create();
    await fresh.write({ "supabase/migrations/20250101000000_all.sql": await script(host) });
    await fresh.push();
    const difference = (await hosts.difference(fresh, host)).replaceAll(
      /^SELECT cron\..*\n|^SET local .*\n|^\n/gm,
      "",
    );
    assert.equal(difference, "");
  },
});

Deno.test({
  ...embeddedOnly("a host on Postgres 15: the installed bundle passes the database tests there"),
  fn: async (t) => {
    await using hosts = await startHosts(OLDER_POSTGRES_VERSION);
    const host = await hosts.create();
    await install(host);
    await host.push();
    const [server] = await host.sql`select current_setting('server_version_num')::int / 10000 as major`;
    assert.equal(server?.major, 15);
    await using admin = connect(host.adminUrl);
    await admin.sql`create extension pgtap with schema extensions`;
    const folder = join(root, "supabase", "tests");
    const files: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory) continue;
      for await (const file of Deno.readDir(join(folder, name))) {
        if (file.name.endsWith(".test.sql")) files.push(join(name, file.name));
      }
    }
    assert.ok(files.length > 50);
    // The tests of Postgres 17 have a new connection for each file.
    await using session = openPgtap(host.dbUrl);
    for (const file of files.sort()) {
      await t.step(file, async () => {
        const { assertions, problems } = await session.run(await readPgtapFile(join(folder, file)));
        assert.deepEqual(problems, []);
        assert.deepEqual(assertions.filter(({ passed }) => !passed), []);
      });
    }
  },
});
