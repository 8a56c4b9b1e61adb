import assert from "node:assert/strict";
import { join } from "node:path";
import type { Sql } from "postgres";
import { readEnvironment } from "../local/environment.ts";
import { readPgtapFile, runPgtap } from "../tools/run_pgtap.ts";
import { usePlatform } from "./support/platform.ts";
import { hideJobs } from "./support/ticks.ts";

const directory = join(import.meta.dirname ?? ".", "..", "supabase", "tests");

async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await Array.fromAsync(Deno.readDir(join(directory, folder)))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) files.push(...await testFiles(path));
    else if (entry.name.endsWith(".test.sql")) files.push(path);
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

for (const file of await testFiles("")) {
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
