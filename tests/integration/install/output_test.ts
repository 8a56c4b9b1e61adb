/** What an install prints: its plan, the next steps, and why it refuses. */
import assert from "node:assert/strict";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";
import { installed } from "./installed.ts";

Deno.test("--dry-run lists the files, --diff shows a unified diff, and neither writes anything", async () => {
  await using project = await createProject();
  const before = await project.files();
  const list = (await installed(project, "--dry-run")).trimEnd().split("\n");
  const count = list.findIndex((line) => !line.startsWith("would be "));
  assert.match(list[0] ?? "", /^would be added {3}supabase\/migrations\/\d{14}_sync_scheduler_setup\.sql$/);
  assert.equal(list[count - 1], "would be changed supabase/config.toml");
  assert.equal(list[count], `${count} files would change`);

  const text = await installed(project, "--diff");
  assert.match(
    text,
    /^--- \/dev\/null\n\+\+\+ supabase\/migrations\/\d{14}_sync_scheduler_setup\.sql\n@@ -0,0 \+1,\d+ @@\n\+/m,
  );
  assert.match(text, /^--- supabase\/config\.toml\n\+\+\+ supabase\/config\.toml\n@@ .*@@\n/m);
  assert.ok(text.includes(`\n${count} files would change\n`) && !text.includes("Next steps"));
  assert.deepEqual(await project.files(), before);
});

Deno.test("an install ends with the next steps: numbered, to paste, with the names of this project", async () => {
  const ref = "abcdefghijklmnopqrst";
  await using project = await createProject({ "config.toml": CONFIG.replace('"host"', `"Bob's app"`) });
  const steps = (text: string) => text.slice(text.indexOf("Next steps")).trimEnd().split("\n");
  const [title, ...first] = steps(await installed(project));
  assert.equal(title, `Next steps, in ${project.directory}:`);
  assert.deepEqual(first, [
    "  1. supabase link --project-ref '<project ref>'",
    "  2. supabase db push",
    "  3. supabase functions deploy integration-sync --use-api",
    "  4. In the SQL editor:",
    "     update sync_scheduler.settings set function_url = 'https://<project ref>.supabase.co/functions/v1/integration-sync';",
    "  5. In the SQL editor, the first organisation and you, who have signed up, as its admin; it returns <organisation>:",
    "     with person as (select id from auth.users where email = '<your email>'),",
    "     organisation as (insert into public.organizations (name) select 'Bob''s app' from person returning id)",
    "     insert into public.organization_members (org_id, user_id, role)",
    "     select o.id, p.id, 'admin' from organisation o, person p returning org_id;",
    "  6. For the next two, with the secret key of the project (dashboard, Settings, API keys), typed hidden:",
    "     export SUPABASE_URL='https://<project ref>.supabase.co'; read -rs SUPABASE_SECRET_KEY; export SUPABASE_SECRET_KEY",
    `  7. npx sync-scheduler connect '<organisation>' webhook --config '{"url": "https://<your receiver>"}'`,
    "  8. npx sync-scheduler credentials set '<organisation>' webhook",
    "  9. SUPABASE_DB_URL='<connection string>' npx sync-scheduler doctor",
  ]);
  assert.doesNotMatch(await installed(project), /Next steps/);

  await project.write({ ".temp/project-ref": ref });
  assert.deepEqual(steps((await project.uninstall()).text).slice(1), [
    "  1. supabase db push",
    "  2. supabase functions delete integration-sync",
  ]);
  // The kept data has the address and the organisations.
  assert.deepEqual(steps(await installed(project)).slice(1), [
    "  1. supabase db push",
    "  2. supabase functions deploy integration-sync --use-api",
    "  3. SUPABASE_DB_URL='<connection string>' npx sync-scheduler doctor",
  ]);
  await project.remove("functions/integration-sync/index.ts");
  assert.deepEqual(steps(await installed(project)).slice(1), [
    "  1. supabase functions deploy integration-sync --use-api",
    "  2. SUPABASE_DB_URL='<connection string>' npx sync-scheduler doctor",
  ]);
});

Deno.test("with pgdelta and no declared file yet, an install says when to run it again", async () => {
  const again =
    /^Once supabase\/database has SQL files of yours, run `npx sync-scheduler install` again, before /m;
  const pgdelta = (enabled: boolean) =>
    `${CONFIG}\n[experimental.pgdelta]\nenabled = ${enabled}\ndeclarative_schema_path = "./database"\n`;
  await using project = await createProject({ "config.toml": pgdelta(false) });
  assert.doesNotMatch(await installed(project, "--dry-run"), again);
  await project.write({ "config.toml": pgdelta(true) });
  assert.match(await installed(project), again);
  assert.match(await installed(project), again);
  await project.write({ "database/mine.sql": "create table a ();\n" });
  const text = await installed(project);
  assert.match(text, /^added {3}supabase\/database\/sync_scheduler\/10_tables\.sql$/m);
  assert.doesNotMatch(text, again);
});

Deno.test("a path, a project or a config.toml that cannot be used is refused in one sentence that helps", async () => {
  await using project = await createProject();
  const into = async (path: string) => {
    const { code, text } = await project.install(["--workdir", path]);
    assert.equal(code, 1, text);
    return text.trim();
  };
  assert.match(await into(`${project.directory}/nowhere`), /^There is no folder .*nowhere\.$/);
  assert.match(await into(`${project.directory}/supabase/config.toml`), /^There is no folder /);
  assert.match(
    await into(`${project.directory}/supabase/functions`),
    /is no Supabase project: run `supabase init` there first/,
  );
  assert.match(
    await into(`${project.directory}/supabase`),
    /is the folder of a project: give the one that holds it, .*project-of-a-test-\w+\.$/,
  );
  assert.match(await into("."), /^This is the bundle's own checkout: give a project with --workdir PATH\.$/);
  const before = await project.files();
  await project.write({ "config.toml": "[auth\nsite_url = " });
  assert.match(
    await into(project.directory),
    /^supabase\/config\.toml cannot be read; fix it first\. .*\(\d+, \d+\)/,
  );
  assert.deepEqual(migrationsOf(await project.files()), migrationsOf(before));
});

Deno.test("options that do not go together, or are misspelt, are refused", async () => {
  await using project = await createProject();
  for (const args of [["--keep", "--force"], ["--drop-data"], ["--dri-run"]]) {
    const { code, text } = await project.install(args);
    assert.equal(code, 2, text);
    assert.match(text, /^error: .*(\n\(Did you mean --dry-run\?\))?\n\n?\(--help lists the options\.\)\n$/);
  }
});
