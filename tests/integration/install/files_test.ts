/** What an install writes into a host's folder. Databases are in database_test.ts. */
import assert from "node:assert/strict";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";

const BLOCK = `
[functions.integration-sync]
enabled = true
# The one-time attempt token in the body is the authentication; no key has to be installed or rotated.
verify_jwt = false
entrypoint = "./functions/integration-sync/index.ts"
`;
const ENTRY = "functions/integration-sync/index.ts";
const ADAPTER = /_sync_scheduler_membership_adapter\.sql$/;

async function installed(
  project: { install(args?: readonly string[]): Promise<{ code: number; text: string }> },
  ...args: string[]
) {
  const { code, text } = await project.install(args);
  assert.equal(code, 0, text);
  return text;
}

Deno.test("an install adds migrations behind the newest, the function and its block, and nothing else", async () => {
  const newest = "migrations/20991231235959_planned.sql";
  await using project = await createProject({ [newest]: "select 1;\n" });
  const before = await project.files();
  await installed(project);
  const after = await project.files();

  const added = Object.keys(after).filter((path) => before[path] === undefined);
  const [version] = added.filter((path) => path.startsWith("migrations/")).sort();
  assert.match(version ?? "", /^migrations\/21000101000000_sync_scheduler_setup\.sql$/);
  const kinds = new Set(
    added.map((path) =>
      path.replace(/\d+_.*/, "*").split("/").slice(0, 3).join("/").replace(/[^/]*\.ts$/, "*.ts")
    ),
  );
  assert.deepEqual([...kinds].sort(), [
    "functions/integration-sync/*.ts",
    "functions/integration-sync/connectors",
    "functions/integration-sync/core",
    "functions/integration-sync/database",
    "functions/integration-sync/http",
    "functions/integration-sync/jobs",
    "functions/integration-sync/vouchers",
    "migrations/*",
  ]);
  assert.ok(!added.some((path) => /_test\.ts$|testing/.test(path)));
  for (const path of Object.keys(before)) {
    assert.equal(after[path], path === "config.toml" ? CONFIG + BLOCK : before[path], path);
  }
});

Deno.test("an install brings nothing of a developer's stack: no demo-receiver, and no permission for receivers in the network", async () => {
  const env = "functions/.env";
  await using project = await createProject({ [env]: "MINE=1\n" });
  await installed(project);
  const files = await project.files();
  assert.equal(files[env], "MINE=1\n");
  for (const [path, text] of Object.entries(files)) {
    assert.ok(!/demo-receiver/.test(path + text), path);
    assert.ok(!/SYNC_ALLOW_PRIVATE_RECEIVERS\s*=\s*["']?1(?!.*run supabase)/.test(text), path);
  }
});

Deno.test("a second install changes nothing, also after version control has changed the line ends", async () => {
  await using project = await createProject();
  await installed(project);
  const once = await project.files();
  assert.match(await installed(project), /nothing to do/);
  assert.deepEqual(await project.files(), once);
  const windows = Object.fromEntries(
    Object.entries(once).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]),
  );
  await project.write(windows);
  assert.match(await installed(project), /nothing to do/);
  assert.deepEqual(await project.files(), windows);
});

Deno.test("files are known by their line and not by their name: a migration that the host renamed is not brought again", async () => {
  await using project = await createProject();
  await installed(project);
  const files = await project.files();
  const path = Object.keys(files).find((name) => name.endsWith("_sync_scheduler_setup.sql")) ?? "";
  await project.remove(path);
  await project.write({ [path.replace("sync_scheduler_setup", "export_of_vouchers_1")]: files[path] ?? "" });
  assert.match(await installed(project), /nothing to do/);
});

// Stricter than most, in another style, and with rules of its own.
const HOSTS_DENO_JSON = `{
  "compilerOptions": {
    "exactOptionalPropertyTypes": true,
    "noImplicitReturns": true,
    "noUncheckedIndexedAccess": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "verbatimModuleSyntax": true
  },
  "fmt": { "singleQuote": true, "semiColons": false, "lineWidth": 60, "useTabs": true },
  "lint": { "rules": { "tags": ["recommended", "workspace"], "include": ["no-console", "no-await-in-loop"] } }
}
`;

Deno.test("a host's deno check, lint and fmt pass at its root, with and without a deno.json there", async () => {
  for (const config of [null, HOSTS_DENO_JSON]) {
    await using project = await createProject();
    await project.remove("functions/hello");
    await project.remove("functions/_shared/errors.ts");
    if (config !== null) await Deno.writeTextFile(`${project.directory}/deno.json`, config);
    await installed(project);
    for (const args of [["check"], ["lint"], ["fmt", "--check"]]) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args, "--quiet", "supabase/functions"],
        cwd: project.directory,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, `${args} ${config}: ${new TextDecoder().decode(stderr)}`);
    }
  }
});

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

Deno.test("shipped files that were edited are refused by name; --keep leaves them, --force puts them back", async () => {
  await using project = await createProject();
  await installed(project);
  const once = await project.files();
  const migration = Object.keys(once).find((path) => path.endsWith("_sync_scheduler_functions.sql")) ?? "";
  const edited = {
    [ENTRY]: `${once[ENTRY]}// mine\n`,
    [migration]: `${once[migration]}-- mine\n`,
    "config.toml": (once["config.toml"] ?? "").replace("verify_jwt = false", "verify_jwt = true"),
  };
  await project.write(edited);
  const refused = await project.install();
  assert.equal(refused.code, 1);
  for (const name of [ENTRY, migration, "verify_jwt", "--keep", "--force"]) {
    assert.ok(refused.text.includes(name), name);
  }

  assert.match(await installed(project, "--keep"), /Kept as edited/);
  assert.deepEqual(await project.files(), { ...once, ...edited });
  await installed(project, "--force");
  assert.deepEqual(await project.files(), once);
  await project.write({ [ENTRY]: `${once[ENTRY]}// mine\n` });
  assert.match(await installed(project, "--force"), /^1 file changed$/m);
});

Deno.test("a file that is not of the bundle is never overwritten, not even by --force", async () => {
  await using project = await createProject({ [ENTRY]: "// mine\n" });
  const before = await project.files();
  const { code, text } = await project.install(["--force"]);
  assert.equal(code, 1);
  assert.match(text, /not of this bundle; move them:\n +supabase\/functions\/integration-sync\/index\.ts/);
  assert.deepEqual(await project.files(), before);
});

Deno.test("an install that was interrupted goes on with the same command", async () => {
  await using project = await createProject();
  // A folder in the place of the last file of the function: everything before it has been renamed by then.
  await project.write({ [`${ENTRY}/in_the_way.txt`]: "" });
  const broken = await project.install();
  assert.equal(broken.code, 1);
  assert.match(broken.text, /cannot be written: [^]*the same command goes on/);
  const half = await project.files();
  assert.ok(migrationsOf(half).length > 0);
  assert.equal(half["config.toml"], CONFIG);
  assert.ok(!Object.keys(half).some((path) => path.includes(".sync-scheduler.tmp")));

  await project.remove(ENTRY);
  // As a machine that loses its power leaves it.
  await project.write({ "migrations/.1_a.sql.sync-scheduler.tmp": "half a migr" });
  await installed(project);
  const whole = await project.files();
  assert.deepEqual(migrationsOf(whole), migrationsOf(half));
  assert.ok(whole[ENTRY] !== undefined && !Object.keys(whole).some((path) => path.endsWith(".tmp")));
  assert.match(await installed(project), /nothing to do/);
});

Deno.test("migrations that are missing at the end are added, one that is missing in the middle is refused", async () => {
  await using project = await createProject();
  await installed(project);
  const names = Object.keys(await project.files()).filter((path) => path.includes("_sync_scheduler_")).sort();
  await project.remove(names.at(-1) ?? "");
  await project.write({ "migrations/20991231235959_planned.sql": "select 1;\n" });
  await installed(project);
  const [, last] = names.at(-1)?.split("_sync_scheduler_") ?? [];
  assert.ok((await project.files())[`migrations/21000101000000_sync_scheduler_${last}`] !== undefined);

  await project.remove(names[1] ?? "");
  const { code, text } = await project.install();
  assert.equal(code, 1);
  assert.match(text, /is gone[^]*sync_scheduler_tables\. Get it back from your version control/);
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

Deno.test("the block goes into any valid config.toml: empty, without a last line end, Windows, functions in one line", async () => {
  for (
    const [config, expected] of [
      ["", BLOCK.slice(1)],
      ["a = 1", `a = 1\n${BLOCK}`],
      ["a = 1\r\n", `a = 1\r\n${BLOCK.replaceAll("\n", "\r\n")}`],
      ["functions = { hello = { verify_jwt = true } } # mine\n", null],
    ] as const
  ) {
    await using project = await createProject({ "config.toml": config });
    await installed(project);
    const text = (await project.files())["config.toml"] ?? "";
    if (expected === null) {
      assert.match(
        text,
        /hello = \{ verify_jwt = true \}, integration-sync = \{.*verify_jwt = false.*\} # mine\n$/,
      );
    } else assert.equal(text, expected);
    assert.match(await installed(project), /nothing to do/);
    assert.equal((await project.uninstall()).code, 0);
    assert.equal((await project.files())["config.toml"]?.trimEnd(), config.trimEnd());
  }
});

Deno.test("--without-membership brings two functions instead, which stay the host's whatever comes", async () => {
  await using project = await createProject();
  assert.match(
    await installed(project, "--without-membership"),
    /1\. Say in both functions where your organisations are:\n +\$EDITOR supabase\/migrations\/\d+_sync_scheduler_membership_adapter\.sql\n/,
  );
  const once = await project.files();
  assert.deepEqual(migrationsOf(once).slice(0, 4), ["setup", "tables", "membership_adapter", "functions"]);
  assert.ok(!Object.values(once).some((text) => /create table public\.organi[sz]ation/.test(text)));

  const adapter = Object.keys(once).find((path) => ADAPTER.test(path)) ?? "";
  await project.write({ [adapter]: (once[adapter] ?? "").replace("return false;", "return true;") });
  const edited = await project.files();
  assert.match(await installed(project), /nothing to do/);
  assert.match(await installed(project, "--without-membership", "--force"), /nothing to do/);
  assert.deepEqual(await project.files(), edited);
});

Deno.test("--without-membership is refused where organisations were installed", async () => {
  await using project = await createProject();
  await installed(project);
  const { code, text } = await project.install(["--without-membership"]);
  assert.equal(code, 1);
  assert.match(text, /was installed with its own organisations/);
});

Deno.test("uninstall takes the function and its block away; what was applied stays, and an install starts anew", async () => {
  await using project = await createProject();
  const before = await project.files();
  assert.match((await project.uninstall()).text, /The bundle is not installed there/);
  await installed(project, "--without-membership");
  const adapter = Object.keys(await project.files()).find((path) => ADAPTER.test(path)) ?? "";
  await project.write({ [adapter]: `${(await project.files())[adapter]}-- mine\n` });
  assert.equal((await project.uninstall()).code, 0);
  const out = await project.files();
  const left = Object.keys(out).filter((path) =>
    !path.startsWith("migrations/") && before[path] === undefined
  );
  assert.deepEqual(left, []);
  assert.equal(out["config.toml"], CONFIG);
  assert.equal(migrationsOf(out).at(-1), "uninstall");
  assert.match((await project.uninstall()).text, /The bundle is not installed there/);

  await installed(project, "--without-membership");
  const again = await project.files();
  const names = migrationsOf(again);
  const anew = names.slice(names.indexOf("uninstall") + 1);
  assert.deepEqual(anew, [...names.slice(0, names.indexOf("uninstall")), "restore"]);
  const adapters = Object.keys(again).filter((path) => ADAPTER.test(path));
  assert.equal(again[adapters[1] ?? ""], again[adapters[0] ?? ""], "the host's two functions are taken over");
  assert.match(await installed(project), /nothing to do/);
});

Deno.test("uninstall leaves no folder that the install has made", async () => {
  await using project = await createProject();
  await project.remove("functions");
  const folders = async () =>
    (await Array.fromAsync(Deno.readDir(`${project.directory}/supabase`)))
      .map(({ name }) => name).sort();
  const before = await folders();
  await installed(project);
  assert.equal((await project.uninstall()).code, 0);
  assert.deepEqual(await folders(), before);
});

Deno.test("options that do not go together, or are misspelt, are refused", async () => {
  await using project = await createProject();
  for (const args of [["--keep", "--force"], ["--drop-data"], ["--dri-run"]]) {
    const { code, text } = await project.install(args);
    assert.equal(code, 2, text);
    assert.match(text, /^error: .*(\n\(Did you mean --dry-run\?\))?\n\n?\(--help lists the options\.\)\n$/);
  }
});
