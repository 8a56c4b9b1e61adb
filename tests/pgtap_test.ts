import assert from "node:assert/strict";
import { join } from "node:path";
import type { Sql } from "postgres";
import { readEnvironment } from "../local/environment.ts";
import { readPgtapFile, runPgtap } from "../tools/run_pgtap.ts";
import { usePlatform } from "./support/platform.ts";
import { hideJobs } from "./support/ticks.ts";

const GUARD = "in_transaction.psql";
const directory = join(import.meta.dirname ?? ".", "..", "supabase", "tests");

async function filesOf(folder: string, ending: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await Array.fromAsync(Deno.readDir(join(directory, folder)))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) files.push(...await filesOf(path, ending));
    else if (entry.name.endsWith(ending)) files.push(path);
  }
  return files.sort();
}

// What pg_cron commits meanwhile, a test would see: a tick, where it has just deleted all of them.
if (readEnvironment().kind === "embedded") {
  let showJobs: Awaited<ReturnType<typeof hideJobs>>;
  const withAdmin = async (work: (admin: Sql) => Promise<void>) => {
    const platform = await usePlatform();
    await using admin = platform.connect({ url: platform.adminUrl });
    await work(admin.sql);
  };
  Deno.test.beforeAll(() => withAdmin(async (admin) => void (showJobs = await hideJobs(admin))));
  Deno.test.afterAll(() => withAdmin((admin) => showJobs(admin)));
}

Deno.test("every .sql file of the tests is a test, for `supabase test db` runs all of them", async () => {
  assert.deepEqual(await filesOf("", ".sql"), await filesOf("", ".test.sql"));
});

for (const file of (await filesOf("", ".psql")).filter((name) => name !== GUARD)) {
  Deno.test(`the helper ${file} refuses to run outside a transaction, and changes nothing`, async () => {
    const text = await Deno.readTextFile(join(directory, file));
    assert.ok(text.startsWith(`\\ir ${GUARD}\n`), "its first line includes the guard");
    const guard = await readPgtapFile(join(directory, GUARD));
    const platform = await usePlatform();
    await using database = platform.connect({ max: 1 });
    // One statement at a time, as psql sends a file.
    const [making = "", checking = ""] = guard.split(/;\n(?=do )/);
    await database.sql.unsafe(making);
    await assert.rejects(database.sql.unsafe(checking), /include it with .ir inside a transaction/);
  });
}

for (const file of await filesOf("", ".test.sql")) {
  Deno.test(`pgTAP ${file}`, async (t) => {
    const platform = await usePlatform();
    // As `supabase test db` does. Not in the file's own transaction, because only a superuser may.
    await using admin = platform.connect({ url: platform.adminUrl });
    await admin.sql`create extension if not exists pgtap with schema extensions`;

    const { assertions, problems } = await runPgtap(
      platform.dbUrl,
      await readPgtapFile(join(directory, file)),
    );
    for (const { name, passed, diagnostics } of assertions) {
      await t.step(name, () => assert.ok(passed, `not ok - ${name}\n${diagnostics}`));
    }
    assert.equal(problems.length, 0, problems.join("\n"));
  });
}
