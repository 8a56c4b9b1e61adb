import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Checkout } from "../../../cli/bundle/checkout.ts";
import { composeMigrations } from "../../../tools/migrations/compose.ts";
import { migrationDrift, writeMigrations } from "../../../tools/migrations/directory.ts";
import { freeze, openChange } from "../../../tools/migrations/freeze.ts";

const FUNCTION = "create or replace function f() returns int language sql as $$ select 1; $$;\n";
const FILES = {
  "schemas/10_tables/t.sql": "create table t (id int);\n",
  "schemas/20_membership/m.sql":
    "create or replace function m() returns int language sql as $$ select 1 $$;\n",
  "schemas/30_functions/f.sql": FUNCTION,
  "schemas/90_install/version.sql":
    "create or replace function version() returns record language sql as $$\n" +
    "  select '0.1.0-dev'::text, 'unreleased'::text;\n$$;\n",
  "functions/integration-sync/core/a.ts": "export const a = 1;\n",
  "functions/integration-sync/index.ts": 'import "./core/a.ts";\n',
  "config.toml": "[functions.integration-sync]\nverify_jwt = false\n",
};

interface Scratch extends Checkout, AsyncDisposable {
  write(path: string, sql: string): Promise<void>;
  /** Composes and writes, and returns the names and contents of what no release has. */
  compose(): Promise<Map<string, string>>;
}

/** A small checkout of its own. */
async function checkout(): Promise<Scratch> {
  const root = await Deno.makeTempDir({ prefix: "freeze_" });
  const supabase = join(root, "supabase");
  const paths = { supabase, releases: join(root, "releases") };
  const write = async (path: string, sql: string) => {
    await Deno.mkdir(dirname(join(supabase, path)), { recursive: true });
    await Deno.writeTextFile(join(supabase, path), sql);
  };
  for (const [path, sql] of Object.entries(FILES)) await write(path, sql);
  const compose = async () => {
    const composed = await composeMigrations(paths);
    await writeMigrations(composed, join(supabase, "migrations"));
    return new Map([...composed].filter(([name]) => !name.startsWith("20261123")));
  };
  return { ...paths, write, compose, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

const now = new Date("2026-12-01T10:15:30Z");

Deno.test("a release freezes the baseline under its version; nothing is open behind it", async () => {
  await using scratch = await checkout();
  const frozen = await freeze(scratch, "0.1.0");
  assert.deepEqual(Object.keys(frozen.migrations), [
    "20261123000000_tables.sql",
    "20261123000100_membership.sql",
    "20261123000200_functions.sql",
    "20261123000300_install.sql",
  ]);
  const composed = await composeMigrations(scratch);
  assert.match(composed.get("20261123000300_install.sql") ?? "", /'0\.1\.0'::text, '[0-9a-f]{64}'::text/);
  const directory = join(scratch.supabase, "migrations");
  assert.deepEqual(await migrationDrift(composed, directory), { missing: [], stale: [], extra: [] });
});

Deno.test("writes version and checksum into the schemas: another checksum when any file is another", async () => {
  const read = async ({ supabase }: Scratch) =>
    /'0\.1\.0'::text, '([0-9a-f]{64})'::text/.exec(
      await Deno.readTextFile(join(supabase, "schemas/90_install/version.sql")),
    )?.[1];
  const checksums = new Set<string | undefined>();
  for (const table of ["create table t (id int);\n", "create table t (id int);\n", "create table t ();\n"]) {
    await using scratch = await checkout();
    await scratch.write("schemas/10_tables/t.sql", table);
    await freeze(scratch, "0.1.0");
    checksums.add(await read(scratch));
  }
  assert.equal(checksums.size, 2);
  assert.ok(!checksums.has(undefined));
});

Deno.test("a released migration that was edited or removed is refused, by name", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await scratch.write("migrations/20261123000000_tables.sql", "create table t (id bigint);\n");
  await assert.rejects(composeMigrations(scratch), /20261123000000_tables\.sql has changed; release 0\.1\.0/);
  await Deno.remove(join(scratch.supabase, "migrations/20261123000000_tables.sql"));
  await assert.rejects(composeMigrations(scratch), /20261123000000_tables\.sql is gone; release 0\.1\.0/);
});

Deno.test("schemas that change after a release need a change, which brings each changed function", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await scratch.write("schemas/30_functions/f.sql", FUNCTION.replace("select 1", "select 2"));
  await assert.rejects(
    composeMigrations(scratch),
    /30_functions\/f\.sql: function f\(\)\nRun `deno task migration:new NAME`/,
  );

  assert.match(await openChange(scratch, "count_twice", now), /changes\/20261201101530_count_twice\.sql$/);
  const open = await scratch.compose();
  assert.deepEqual([...open.keys()], ["20261201101530_count_twice.sql"]);
  const sql = open.get("20261201101530_count_twice.sql") ?? "";
  assert.match(sql, /-- supabase\/schemas\/30_functions\/f\.sql\n[^]*select 2[^]*'0\.1\.1-dev'::text/);
  assert.doesNotMatch(sql, /create table|function m\(\)/);
});

Deno.test("what cannot be run again needs statements by hand, object by object", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "widen", now);
  await scratch.write("schemas/10_tables/t.sql", "create table t (id int, name text);\n");
  await Deno.remove(join(scratch.supabase, "schemas/30_functions/f.sql"));
  await assert.rejects(composeMigrations(scratch), /\n +table t\n +function f\(\)\n/);
  const head =
    "-- for table t\nalter table t add column name text;\n-- for function f()\ndrop function f();\n";
  await scratch.write("changes/20261201101530_widen.sql", head);
  const sql = (await scratch.compose()).get("20261201101530_widen.sql") ?? "";
  assert.ok(sql.includes(head));
  assert.doesNotMatch(sql, /create table/);
});

Deno.test("a changed function of a file with a table comes by itself; the table, its trigger and its rows do not", async () => {
  const path = "schemas/10_tables/t.sql";
  const table = "create table public.t (id int);\ncomment on table public.t is 'One.';\n";
  const trigger =
    "create trigger guard before update on public.t for each row execute function public.guard();\n" +
    "insert into public.t values (1);\n";
  const guard = (answer: string) =>
    "-- Guards.\ncreate or replace function public.guard() returns trigger language plpgsql as $$\n" +
    `begin\n  return ${answer};\nend;\n$$;\nrevoke all on function public.guard() from anon;\n`;
  await using scratch = await checkout();
  await scratch.write(path, table + guard("new") + trigger);
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "guard", now);
  await scratch.write(path, table.replace("One", "Two") + guard("old") + trigger);
  const sql = (await scratch.compose()).get("20261201101530_guard.sql") ?? "";
  assert.match(
    sql,
    /-- Guards\.\n[^]*return old;[^]*\nrevoke all on function public\.guard\(\) from anon;\n/,
  );
  assert.match(sql, /comment on table public\.t is 'Two\.';/);
  assert.doesNotMatch(sql, /create table|create trigger|insert into/);
});

Deno.test("an object that only moves to another file is no change", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "move", now);
  await Deno.remove(join(scratch.supabase, "schemas/30_functions/f.sql"));
  await scratch.write("schemas/30_functions/feature/both.sql", FUNCTION + FUNCTION.replace("f()", "g()"));
  const sql = (await scratch.compose()).get("20261201101530_move.sql") ?? "";
  assert.match(
    sql,
    /-- supabase\/schemas\/30_functions\/feature\/both\.sql\ncreate or replace function g\(\)/,
  );
  assert.doesNotMatch(sql, /function f\(\)/);
});

Deno.test("a function whose arguments change is a new one, and the old one has to be dropped by hand", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "more", now);
  await scratch.write("schemas/30_functions/f.sql", FUNCTION.replace("f()", "f(a int)"));
  await assert.rejects(composeMigrations(scratch), /\n +function f\(\)\n/);
});

Deno.test("a table that is new is created; organisations and members have a migration of their own", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "grow", now);
  await scratch.write("schemas/10_tables/u.sql", "create table u (id int);\n");
  const member = FILES["schemas/20_membership/m.sql"].replace("select 1", "select 3");
  await scratch.write("schemas/20_membership/m.sql", member);
  const open = await scratch.compose();
  assert.deepEqual([...open.keys()], ["20261201101529_grow_membership.sql", "20261201101530_grow.sql"]);
  assert.match(open.get("20261201101530_grow.sql") ?? "", /create table u \(id int\)/);
  assert.match(open.get("20261201101529_grow_membership.sql") ?? "", /select 3/);
});

Deno.test("a change is cut into migrations where its head says so; the last one has the schema files", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await openChange(scratch, "grow", now);
  await scratch.write("schemas/10_tables/t.sql", "create table t (id int, kind text);\n");
  const parts = ["-- for table t\nalter type k add value 'new';\n", "create index on t (kind);\n"];
  await scratch.write("changes/20261201101530_grow.sql", parts.join("-- next migration\n"));
  await scratch.write(
    "schemas/20_membership/m.sql",
    FILES["schemas/20_membership/m.sql"].replace("select 1", "select 3"),
  );
  const open = await scratch.compose();
  assert.deepEqual([...open.keys()], [
    "20261201101528_grow_membership.sql",
    "20261201101529_grow_1.sql",
    "20261201101530_grow.sql",
  ]);
  assert.ok(open.get("20261201101529_grow_1.sql")?.endsWith(`.sql\n${parts[0]}`));
  assert.match(
    open.get("20261201101530_grow.sql") ?? "",
    /create index on t \(kind\);\n[^]*'0\.1\.1-dev'::text/,
  );
});

Deno.test("the next release freezes what is open, and only once", async () => {
  await using scratch = await checkout();
  await freeze(scratch, "0.1.0");
  await assert.rejects(freeze(scratch, "0.1.1"), /nothing to release/);
  await openChange(scratch, "grow", now);
  await assert.rejects(openChange(scratch, "more", now), /one change at a time/);
  await scratch.compose();
  await assert.rejects(freeze(scratch, "0.1.0"), /does not come after 0\.1\.0/);
  const frozen = await freeze(scratch, "0.2.0");
  assert.deepEqual(Object.keys(frozen.migrations), ["20261201101530_grow.sql"]);
  assert.equal((await scratch.compose()).size, 1);
  // Opened within the same minute, it comes behind all the same.
  assert.match(await openChange(scratch, "again", now), /20261201101540_again\.sql$/);
});
