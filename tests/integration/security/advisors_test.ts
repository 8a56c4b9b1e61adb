import assert from "node:assert/strict";
import { z } from "zod";
import { createSupabaseCli } from "../../../local/supabase_cli.ts";
import { type TestPlatform, usePlatform } from "../../support/platform.ts";

const PROJECT = new URL("../../../", import.meta.url).pathname;

const findings = z.array(z.looseObject({
  name: z.string(),
  detail: z.string(),
  metadata: z.looseObject({ schema: z.string().optional(), name: z.string().optional() }),
}));

/** What Supabase's own linter (splinter) says of our objects, down to mere information. */
async function advise(platform: TestPlatform): Promise<string[]> {
  const scratch = await Deno.makeTempDir({ prefix: "sync-scheduler-advisors-" });
  try {
    const cli = createSupabaseCli({ projectDirectory: PROJECT, scratch, dbUrl: platform.dbUrl });
    const { stdout } = await cli.advisors(["--level", "info", "--output", "json"]);
    return findings.parse(stdout.trim() === "" ? [] : JSON.parse(stdout))
      .filter(({ metadata }) => metadata.schema === "public" || metadata.schema === "sync_scheduler")
      // Nothing has been asked yet: every index of a fresh database is unused.
      .filter(({ name }) => name !== "unused_index")
      .map(({ name, detail }) => `${name}: ${detail}`);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

Deno.test("the Supabase advisors find nothing in the schema", async () => {
  assert.deepEqual(await advise(await usePlatform()), []);
});

Deno.test("the Supabase advisors would find a table without row level security", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const name = `lint_control_${crypto.randomUUID().slice(0, 8)}`;
  await database.sql.unsafe(`create table public.${name} (id int primary key);
    grant select on public.${name} to anon`);
  try {
    assert.match((await advise(platform)).join("\n"), new RegExp(`rls_disabled_in_public: .*${name}`));
  } finally {
    await database.sql.unsafe(`drop table public.${name}`);
  }
});
