import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Sql } from "postgres";
import { readEnvironment } from "../../../local/environment.ts";
import { type Platform, startPlatform } from "../../../local/platform.ts";
import type { PgtapReport } from "../../../tools/parse_tap.ts";
import { root } from "../../../tools/run_deno.ts";
import { readPgtapFile, runPgtap, splitStatements } from "../../../tools/run_pgtap.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { hasPgProve, runPgProve } from "../../support/databases/pg_prove.ts";
import { usePlatform } from "../../support/platform.ts";
import { tableChecksums } from "../../support/databases/table_checksums.ts";
import { hideJobs } from "../../support/ticks.ts";

const GUARD = "in_transaction.psql";
const directory = join(root, "supabase", "tests");

async function filesOf(folder: string, ending: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await Array.fromAsync(Deno.readDir(join(directory, folder)))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) files.push(...await filesOf(path, ending));
    else if (entry.name.endsWith(ending)) files.push(path);
  }
  return files.sort();
}

const embedded = readEnvironment().kind === "embedded";
let platform: { readonly dbUrl: string; readonly adminUrl: string };
let own: Platform | undefined;
let before: Record<string, string>;

async function withAdmin<T>(work: (admin: Sql) => Promise<T>): Promise<T> {
  await using admin = connect(platform.adminUrl);
  return await work(admin.sql);
}

Deno.test.beforeAll(async () => {
  // A platform of its own where that is possible: what other tests have left at work would change rows meanwhile.
  platform = embedded ? own = await startPlatform() : await usePlatform();
  await withAdmin(async (admin) => {
    // What pg_cron commits meanwhile, a test would see: a tick, where it has just deleted all of them.
    if (embedded) await hideJobs(admin);
    // As `supabase test db` does. Not in the files' own transactions, because only a superuser may.
    await admin`create extension if not exists pgtap with schema extensions`;
    before = await tableChecksums(admin);
  });
});
Deno.test.afterAll(() => own?.stop());

Deno.test("every .sql file of the tests is a test, for `supabase test db` runs all of them", async () => {
  assert.deepEqual(await filesOf("", ".sql"), await filesOf("", ".test.sql"));
});

for (const file of (await filesOf("", ".psql")).filter((name) => name !== GUARD)) {
  Deno.test(`the helper ${file} refuses to run outside a transaction, and changes nothing`, async () => {
    const text = await Deno.readTextFile(join(directory, file));
    assert.ok(text.startsWith(`\\ir ${GUARD}\n`), "its first line includes the guard");
    const guard = await readPgtapFile(join(directory, GUARD));
    await using database = connect(platform.dbUrl, 1);
    // One statement at a time, as psql sends a file.
    const [making = "", checking = ""] = guard.split(/;\n(?=do )/);
    await database.sql.unsafe(making);
    await assert.rejects(database.sql.unsafe(checking), /include it with .ir inside a transaction/);
  });
}

Deno.test("a transaction with a helper in it refuses to commit, so that all rows come back", async () => {
  // The guard alone: the helpers include it first, and hide rows that a faulty guard would not bring back.
  const guard = await readPgtapFile(join(directory, GUARD));
  await using database = connect(platform.dbUrl, 1);
  // Twice, as a test with two helpers includes it.
  const script = `begin;\n${guard}\n${guard}\ncreate table public.helped ();\ncommit;`;
  await assert.rejects(database.sql.unsafe(script).simple(), /for a transaction that ends in rollback/);
  const [row] = await database.sql`select to_regclass('public.helped') as made`;
  assert.equal(row?.made, null);
});

const files = await filesOf("", ".test.sql");
const isProved = await hasPgProve();

/** By folder, so that a part of the files can be run alone. */
const proved = new Map<string, Promise<ReadonlyMap<string, PgtapReport>>>();

async function prove(file: string): Promise<PgtapReport> {
  const folder = join(directory, dirname(file));
  const reports = proved.get(folder) ?? runPgProve(platform.dbUrl, folder);
  proved.set(folder, reports);
  const report = (await reports).get(join(directory, file));
  assert.ok(report, "pg_prove finds the file");
  return report;
}

async function runAlone(file: string): Promise<PgtapReport> {
  return await runPgtap(platform.dbUrl, await readPgtapFile(join(directory, file)));
}

for (const file of files) {
  Deno.test(`pgTAP ${file}`, async (t) => {
    const { assertions, problems } = await (isProved ? prove : runAlone)(file);
    for (const { name, passed, diagnostics } of assertions) {
      await t.step(name, () => assert.ok(passed, `not ok - ${name}\n${diagnostics}`));
    }
    assert.equal(problems.length, 0, problems.join("\n"));
  });
}

// Runs after the others. Elsewhere pg_cron goes on, and its ticks are rows.
Deno.test({
  ...embeddedOnly("the pgTAP files leave every table as it was"),
  fn: async () => assert.deepEqual(await withAdmin(tableChecksums), before),
});

Deno.test({
  name: `the real pg_prove runs the pgTAP files, as \`supabase test db\` calls it${
    isProved ? "" : " (skipped: it is not installed, so that our own runner has run them)"
  }`,
  ignore: !isProved,
  async fn(t) {
    // What follows is about a machine that has no pg_prove.
    for (const file of files) {
      await t.step(`our own runner reads ${file}`, async () => {
        assert.ok((await splitStatements(await readPgtapFile(join(directory, file)))).length > 1);
      });
    }
  },
});
