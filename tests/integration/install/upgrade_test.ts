/** From one release to the next, in the database of a host that has used it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startPlatform } from "../../../local/platform.ts";
import { until } from "../../../local/wait.ts";
import { checkoutAt } from "../../../cli/bundle/checkout.ts";
import { readReleases } from "../../../cli/bundle/releases.ts";
import { root } from "../../../tools/run_deno.ts";
import { copyCheckout, copyReleased } from "../../support/hosts/checkout.ts";
import { connect } from "../../support/connect.ts";
import { type HostProject, runCli, useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { applyMigrations } from "../../support/hosts/migrations.ts";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";
import { readRun, untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";
import { contents, useBundle } from "../../support/use.ts";
import { releaseNext } from "./next_release.ts";

const MINE = { "supabase/migrations/20250101000000_mine.sql": "create table public.mine (id int);\n" };
// What an operator does by hand: a role of its own, more for the API's roles, a job that is paused.
const BY_HAND = `
create role reporting_$ nologin;
grant select on public.sync_run_log to reporting_$;
grant execute on function public.sync_scheduler_status() to reporting_$;
grant update (enabled) on public.sync_integrations to authenticated;
select cron.alter_job(jobid, active := false) from cron.job where jobname = 'sync-scheduler-purge';
`;
const GIVE_BACK = `
revoke update (enabled) on public.sync_integrations from authenticated;
revoke all on public.sync_run_log from reporting_$;
revoke all on function public.sync_scheduler_status() from reporting_$;
`;

async function install(checkout: string, host: HostProject): Promise<string> {
  const { code, text } = await runCli(checkout, ["install", "--workdir", host.directory]);
  assert.equal(code, 0, text);
  await host.push();
  return text;
}

/** A job belongs to its database, so those of two databases are never the same; they are compared by {@linkcode jobs}. */
function withoutJobs(difference: string): string {
  return difference.split("\n").filter((line) =>
    !/^SELECT cron\.|^SET local check_function_bodies|^$/.test(line)
  ).join("\n");
}

async function jobs({ sql }: HostProject): Promise<Record<string, unknown>[]> {
  return [...await sql`select jobname, schedule, command from cron.job order by jobname`];
}

/** Rows without what the new release has added to them. */
function as(rows: Record<string, string[]>, added: RegExp): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(rows).map(([table, lines]) => [table, lines.map((line) => line.replace(added, ""))]),
  );
}

Deno.test({
  ...embeddedOnly("an upgrade gives the catalog of a fresh install, and keeps rows, grants and a paused job"),
  fn: async () => {
    await using copy = await copyReleased();
    const hosts = await useHosts();
    const host = await hosts.create();
    await host.write(MINE);
    await install(copy.directory, host);
    await useBundle(host.sql);
    const tag = crypto.randomUUID().slice(0, 8);
    await host.sql.unsafe(BY_HAND.replaceAll("$", tag));
    const rows = await contents(host.sql);
    const [before] = await host.sql`select * from sync_scheduler.version()`;
    assert.equal(before?.version, "0.1.0");

    await releaseNext(copy, "0.2.0");
    const text = await install(copy.directory, host);
    const migrations = text.split("\n").filter((line) => line.includes("supabase/migrations/"));
    assert.equal(migrations.length, 2, text);
    assert.match(
      migrations.join("\n"),
      /^added .*_sync_scheduler_greet_membership\.sql\nadded .*_sync_scheduler_greet\.sql$/,
    );
    assert.doesNotMatch(text, /no release/);
    assert.match(
      (await runCli(copy.directory, ["install", "--workdir", host.directory])).text,
      /0\.2\.0: nothing to do/,
    );

    assert.deepEqual(
      as({ notes: [], ...await contents(host.sql) }, /, "greeting": "hei"|"greeting": "hei", /),
      { notes: [], ...rows },
    );
    const [after] = await host.sql`select * from sync_scheduler.version()`;
    assert.equal(after?.version, "0.2.0");
    assert.notEqual(after?.checksum, before?.checksum);
    const [kept] = await host.sql`
      select has_table_privilege(${`reporting_${tag}`}, 'public.sync_run_log', 'select') as table,
        has_function_privilege(${`reporting_${tag}`}, 'public.sync_scheduler_status()', 'execute') as function,
        has_column_privilege('authenticated', 'public.sync_integrations', 'enabled', 'update') as column,
        (select not active and schedule = '*/10 * * * *' from cron.job where jobname = 'sync-scheduler-purge') as paused`;
    assert.deepEqual({ ...kept }, { table: true, function: true, column: true, paused: true });

    await host.sql.unsafe(GIVE_BACK.replaceAll("$", tag));
    const fresh = await hosts.create();
    await fresh.write(MINE);
    await install(copy.directory, fresh);
    assert.equal(withoutJobs(await hosts.difference(fresh, host)), "");
    assert.deepEqual(await jobs(host), await jobs(fresh));
  },
});

Deno.test({
  ...embeddedOnly("a run that is under way while the database is upgraded finishes as it began"),
  fn: async () => {
    await using copy = await copyReleased();
    await using project = await createProject();
    assert.equal((await project.install([], copy.directory)).code, 0);
    // The receiver is on this machine.
    await project.write({ "functions/.env": "SYNC_ALLOW_PRIVATE_RECEIVERS=1\n" });
    await using platform = await startPlatform({ projectDirectory: project.directory, seed: false });
    const { receiver } = platform;
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform, { receiver, entries: 30, config: { batch_size: 10 } });
    // Before the run: the function gives up a request that is held for long.
    await releaseNext(copy, "0.2.0");
    assert.equal((await project.install([], copy.directory)).code, 0);
    receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "hold" });
    const runId = await trigger(tenant);
    await until("the second batch is on its way", () => Promise.resolve(receiver.requests.length >= 2));

    await applyMigrations(platform.dbUrl, project.directory);
    const [version] = await sql`select version from sync_scheduler.version()`;
    assert.equal(version?.version, "0.2.0");
    assert.equal((await readRun(sql, runId)).status, "running");
    receiver.release();
    const ended = await untilStatus(sql, runId, "succeeded", "failed");
    assert.deepEqual([ended.status, ended.attempt, ended.entries_done], ["succeeded", 1, 30]);
    assert.ok([...receiver.ledger.values()].every(({ count }) => count === 1));
  },
});

Deno.test("files that a later release has no longer are removed, those that it changed are replaced", async () => {
  await using copy = await copyReleased();
  await using project = await createProject();
  assert.equal((await project.install([], copy.directory)).code, 0);
  const names = migrationsOf(await project.files());
  await releaseNext(copy, "0.2.0");
  const core = "supabase/functions/integration-sync/core/";
  await Deno.remove(join(copy.directory, `${core}retry_after.ts`));
  await copy.write(`${core}retry.ts`, `${await copy.read(`${core}retry.ts`)}// Newer.\n`);
  assert.equal((await project.install([], copy.directory)).code, 0);
  const files = await project.files();
  assert.equal(files["functions/integration-sync/core/retry_after.ts"], undefined);
  assert.match(
    files["functions/integration-sync/core/retry.ts"] ?? "",
    /^\/\/ sync-scheduler 0\.2\.0 [^]*\/\/ Newer\.\n$/,
  );
  assert.deepEqual(migrationsOf(files), [...names, "greet_membership", "greet"]);
});

Deno.test("migrations that were squashed into one count, once their file says which release it has", async () => {
  await using copy = await copyReleased();
  await using project = await createProject();
  assert.equal((await project.install([], copy.directory)).code, 0);
  for (const path of Object.keys(await project.files())) {
    if (path.includes("_sync_scheduler_")) await project.remove(path);
  }
  const squashed = 'CREATE SCHEMA IF NOT EXISTS "sync_scheduler";\n';
  await project.write({ "migrations/20250101000000_mine.sql": squashed });
  const refused = await project.install([], copy.directory);
  assert.equal(refused.code, 1);
  assert.match(refused.text, /_mine\.sql makes the schema sync_scheduler[^]*`-- sync-scheduler has RELEASE`/);

  await project.write({ "migrations/20250101000000_mine.sql": `-- sync-scheduler has 0.1.0\n${squashed}` });
  assert.match((await project.install([], copy.directory)).text, /nothing to do/);
  await releaseNext(copy, "0.2.0");
  assert.equal((await project.install([], copy.directory)).code, 0);
  assert.deepEqual(migrationsOf(await project.files()), ["greet_membership", "greet"]);
  await project.write({ "migrations/20250101000000_mine.sql": `-- sync-scheduler has 9.0.0\n${squashed}` });
  assert.match(
    (await project.install([], copy.directory)).text,
    /has 9\.0\.0, which this checkout \(0\.2\.0\) does not know/,
  );
});

Deno.test("an install from a checkout that is no release says so, and a release does not upgrade it", async () => {
  await using copy = await copyCheckout();
  await using project = await createProject();
  assert.match((await project.install([], copy.directory)).text, /This build is no release/);
  await copy.write(
    "supabase/schemas/30_functions/notes.sql",
    "create table sync_scheduler.notes (note_id uuid primary key);\n",
  );
  await copy.release("0.1.0");
  const before = await project.files();
  const { code, text } = await project.install([], copy.directory);
  assert.equal(code, 1);
  assert.match(text, /was brought by a checkout that was no release/);
  assert.deepEqual(await project.files(), before);
});

const newest = (await readReleases(checkoutAt(root).releases)).at(-1);
Deno.test({
  name: newest === undefined
    ? "the newest release is upgraded to this checkout (skipped: nothing is released yet)"
    : `release ${newest.release} is upgraded to this checkout and has its catalog`,
  ignore: newest === undefined || embeddedOnly("").ignore,
  fn: async () => {
    const hosts = await useHosts();
    const [host, fresh] = [await hosts.create(), await hosts.create()];
    const released = (await readReleases(checkoutAt(root).releases)).flatMap(({ migrations }) =>
      Object.keys(migrations)
    );
    const all = (await Array.fromAsync(Deno.readDir(join(root, "supabase/migrations")))).map(({ name }) =>
      name
    )
      .filter((name) => name.endsWith(".sql")).sort();
    const bring = async (project: HostProject, names: readonly string[]) => {
      for (const name of names) {
        const sql = await Deno.readTextFile(join(root, "supabase/migrations", name));
        await project.write({ [`supabase/migrations/${name}`]: sql });
      }
      await project.push();
    };
    await bring(host, released);
    await useBundle(host.sql);
    const rows = await contents(host.sql);
    await bring(host, all);
    await bring(fresh, all);
    assert.equal(withoutJobs(await hosts.difference(fresh, host)), "");
    assert.deepEqual(await jobs(host), await jobs(fresh));
    const now = await contents(host.sql);
    for (const [table, lines] of Object.entries(rows)) assert.equal(now[table]?.length, lines.length, table);
  },
});
