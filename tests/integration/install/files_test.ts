/** What an install writes into a host's folder. Databases are in database_test.ts. */
import assert from "node:assert/strict";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";
import { BLOCK, ENTRY, installed } from "./installed.ts";

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
    "allowUnreachableCode": false,
    "erasableSyntaxOnly": true,
    "exactOptionalPropertyTypes": true,
    "noFallthroughCasesInSwitch": true,
    "noImplicitOverride": true,
    "noImplicitReturns": true,
    "noPropertyAccessFromIndexSignature": true,
    "noUncheckedIndexedAccess": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "verbatimModuleSyntax": true
  },
  "fmt": { "singleQuote": true, "semiColons": false, "lineWidth": 60, "useTabs": true },
  "lint": { "rules": { "tags": ["recommended", "workspace"], "include": ["no-console", "no-await-in-loop"] } }
}
`;

Deno.test("a host's deno check, lint and fmt pass at its root, with and without a deno.json and a package.json there", async () => {
  for (const config of [null, HOSTS_DENO_JSON]) {
    await using project = await createProject();
    await project.remove("functions/hello");
    await project.remove("functions/_shared/errors.ts");
    if (config !== null) await Deno.writeTextFile(`${project.directory}/deno.json`, config);
    await installed(project);
    const passes = async (...args: string[]) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args, "--quiet", "supabase/functions"],
        cwd: project.directory,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, `${args} ${config}: ${new TextDecoder().decode(stderr)}`);
    };
    await passes("check");
    await passes("lint");
    await passes("fmt", "--check");
    await Deno.writeTextFile(`${project.directory}/package.json`, '{ "private": true }\n');
    await passes("check", "--node-modules-dir=none");
  }
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
