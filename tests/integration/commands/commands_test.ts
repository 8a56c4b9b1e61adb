/** The README's commands as a person gives them. */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { fileURLToPath } from "node:url";
import { isOlder, LEAST_DENO, LEAST_DENO_OF_TESTS } from "../../../local/command_line.ts";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { SCRATCH_VARIABLE } from "../../../local/lifecycle/scratch_directory.ts";
import { startPlatform } from "../../../local/platform.ts";
import { TEMPLATES_VARIABLE } from "../../../local/postgres/templates.ts";
import { until } from "../../../local/wait.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createProject } from "../../support/hosts/project.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** As people have it, who have no templates: the database is made anew, where temporary files are. */
const WITHOUT_TEMPLATES = { [TEMPLATES_VARIABLE]: "", [SCRATCH_VARIABLE]: "" };

/** Runs a task of a checkout to its end. */
async function task(
  checkout: string,
  task: string | readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...[task].flat()],
    cwd: checkout,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  return { code: output.code, text };
}

Deno.test({
  ...embeddedOnly(
    "the demo exports everything, shows the refused second press and leaves nothing behind, also behind a proxy that is dead",
  ),
  fn: async () => {
    // Open to the user that Postgres runs as under root.
    const temporary = await Deno.makeTempDir({ prefix: "temporary-of-a-test-" });
    await Deno.chmod(temporary, 0o755);
    // Nothing listens there, and no variable exempts this machine.
    const proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const dead = Object.fromEntries(proxies.map((name) => [name, "http://127.0.0.1:9"]));
    const { code, text } = await task(root, "demo", {
      ...WITHOUT_TEMPLATES,
      ...dead,
      NO_PROXY: "",
      no_proxy: "",
      TMPDIR: temporary,
    });
    assert.equal(code, 0, text);
    assert.match(text, /succeeded +1000 of 1000 entries/);
    assert.match(text, /refused: rate_limited \(code PT429, retry_after_seconds \d+\)/);
    assert.match(text, /in the ledger +1000 entries of the external system, 0 of them more than once/);
    await until(
      "its directory is gone",
      async () => (await Array.fromAsync(Deno.readDir(temporary))).length === 0,
    );
    await Deno.remove(temporary);
  },
});

Deno.test({
  ...embeddedOnly("the scheduled demo shows a run that pg_cron starts at its minute, with drift and warm-up"),
  fn: async () => {
    const { code, text } = await task(root, ["demo", "--scheduled"]);
    assert.equal(code, 0, text);
    assert.match(text, /The slot \d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z\n +ran, drift \d+\.\d{3} s/);
    // Warm, if a connection check had its turn just before.
    assert.match(
      text,
      /warm-up: sent \d+\.\d s before the slot, it found the function (cold \(.*\)|warm); the run was warm/,
    );
    assert.match(text, /in the ledger +1000 entries of the external system, 0 of them more than once/);
  },
});

Deno.test({
  ...embeddedOnly("the demo fails when its run fails, and says why"),
  fn: async () => {
    const { code, text } = await task(root, ["demo", "--refuse"]);
    assert.equal(code, 1, text);
    assert.match(text, /The run failed: webhook_access_refused/);
  },
});

Deno.test("the table of CONTRIBUTING has every task of deno.json, and no other", async () => {
  const page = await Deno.readTextFile(`${root}CONTRIBUTING.md`);
  const table = page.slice(page.indexOf("| command")).split("\n\n")[0] ?? "";
  const named = Array.from(table.matchAll(/^\| `deno task ([\w:]+)/gm), ([, name]) => name);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
  assert.deepEqual(named.toSorted(), Object.keys(tasks).toSorted());
});

Deno.test("README and CONTRIBUTING name the least Deno that the tasks ask for, and an older one is refused in words", async () => {
  for (
    const [file, says] of [["README.md", "Of Deno the first needs % or later, the second %."], [
      "CONTRIBUTING.md",
      "The demo and the local platform need Deno %, the tests %",
    ]] as const
  ) {
    const text = (await Deno.readTextFile(root + file)).replaceAll(/\s+/g, " ");
    let named: string = says;
    for (const least of [LEAST_DENO, LEAST_DENO_OF_TESTS]) {
      named = named.replace("%", least.replace(/\.0$/, ""));
    }
    assert.ok(text.includes(named), `${file}: ${named}`);
  }
  assert.deepEqual(
    ["2.4.4", "2.5.0", "2.10.1", "3.0.0", "2.5.0-rc.1", "1.46.3"].map((version) =>
      isOlder(version, LEAST_DENO)
    ),
    [true, false, false, false, false, true],
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { requireDeno } from "${root}local/command_line.ts"; requireDeno("2.5.0", "2.4.4"); console.log("runs")`,
    ],
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  assert.deepEqual([code, new TextDecoder().decode(stdout)], [2, ""]);
  assert.match(
    new TextDecoder().decode(stderr),
    /This is Deno 2\.4\.4, and 2\.5\.0 is needed: run deno upgrade/,
  );
});

Deno.test("pack says in words that its directory cannot be written, before it builds", async () => {
  const file = await Deno.makeTempFile();
  const { code, text } = await task(root, ["pack", `${file}/dist`]);
  assert.equal(code, 1);
  assert.match(
    text,
    /^\S+\/dist cannot be written: .*\.\nGive a directory that can: deno task pack DIRECTORY\n$/,
  );
  await Deno.remove(file);
});

Deno.test({
  ...embeddedOnly("a database with Supabase's own Auth and no SUPABASE_URL: the demo says that it is needed"),
  fn: async () => {
    await using stack = await startPlatform({ seed: false });
    await using admin = connect(stack.adminUrl);
    // As the Auth of a full stack has it.
    await admin.sql`alter table auth.users add column instance_id uuid`;
    const { code, text } = await task(root, "demo", { SUPABASE_DB_URL: stack.dbUrl });
    assert.equal(code, 1, text);
    assert.match(
      text,
      /could not sign in.*\n.*has Supabase's own Auth.*Set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY/,
    );
  },
});

Deno.test("every task that people call answers --help and refuses what it does not know", async () => {
  for (
    const name of [
      "demo",
      "dev",
      "db:reset",
      "db:compose",
      "db:types",
      "migration:new",
      "release",
      "pack",
      "cli:docs",
      "test",
      "campaign",
      "screenshots",
      "bench",
    ]
  ) {
    const help = await task(root, [name, "--help"]);
    assert.equal(help.code, 0, help.text);
    assert.match(help.text, new RegExp(`^Usage: deno task ${name}`));
    const misspelt = await task(root, [name, "--", "--hlep"]);
    assert.equal(misspelt.code, 2, misspelt.text);
    // One line that names the option, then the usage, and nothing else.
    assert.match(misspelt.text, /^Unknown option '--hlep'.*\n\nUsage: /);
    assert.equal(misspelt.text.slice(misspelt.text.indexOf("Usage:")), help.text);
  }
  for (const name of ["install", "uninstall", "doctor"]) {
    assert.match((await task(root, [name, "--help"])).text, new RegExp(`^Usage: sync-scheduler ${name} `));
    const misspelt = await task(root, [name, "--", "--hlep"]);
    assert.deepEqual(
      [misspelt.code, misspelt.text],
      [2, "error: unknown option '--hlep'\n(Did you mean --help?)\n(--help lists the options.)\n"],
    );
  }
});

/** They start servers and kill process trees, or run the tests, which do: Deno gives /proc and the rest to `-A` alone. */
const NEED_EVERYTHING = [
  "demo",
  "dev",
  "db:reset",
  "db:types",
  "test",
  "screenshots",
  "campaign",
  "bench",
  "mutate",
];

Deno.test("a task has only the permissions that it needs, and never asks for more", async () => {
  const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
    await Deno.readTextFile(`${root}/deno.json`),
  );
  for (const [name, { command }] of Object.entries(tasks)) {
    if (/ (-A|--allow-all) /.test(command)) assert.ok(NEED_EVERYTHING.includes(name), `${name} runs with -A`);
    else assert.match(command, / --no-prompt /, name);
    assert.doesNotMatch(command, / --no-lock /, name);
  }
});

Deno.test("install and uninstall write into the project that was named, and nowhere else", async () => {
  await using project = await createProject();
  const { directory } = project;
  const named = ["--workdir", directory];
  const before = await project.files();
  assert.equal((await task(root, ["install", ...named])).code, 0);
  assert.notDeepEqual(await project.files(), before);
  assert.equal((await task(root, ["uninstall", ...named])).code, 0);

  await using elsewhere = await createProject();
  const theirs = await elsewhere.files();
  await project.remove("config.toml");
  await Deno.symlink(`${elsewhere.directory}/supabase/config.toml`, `${directory}/supabase/config.toml`);
  const { code, text } = await task(root, ["install", ...named]);
  assert.equal(code, 1, text);
  assert.match(text, /cannot be written: Requires write access to /);
  assert.deepEqual(await elsewhere.files(), theirs);
});

Deno.test("in a clean checkout these permissions are enough", async (t) => {
  const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  try {
    for (const folder of ["cli", "local", "src", "supabase", "tools"]) {
      await copyDirectory(root + folder, `${checkout}/${folder}`, { skip: (name) => name === "releases" });
    }
    for (const file of ["CHANGELOG.md", "LICENSE", "deno.json", "deno.lock"]) {
      await Deno.copyFile(root + file, `${checkout}/${file}`);
    }
    const runs = async (call: readonly string[], answer: RegExp, env = {}, code = 0) => {
      const done = await task(checkout, call, env);
      assert.equal(done.code, code, done.text);
      assert.match(done.text, answer);
    };

    await t.step("pack writes the package", () => runs(["pack"], /^dist\/.+\.tgz\n$/));
    await t.step("pack writes it elsewhere, too, into a folder with a comma in its name", async () => {
      const tarball = await packedTarball();
      assert.match(tarball, /,.*\.tgz$/);
      const names = (await Array.fromAsync(Deno.readDir(dirname(tarball)))).map(({ name }) => name);
      assert.deepEqual(names.filter((name) => !name.startsWith(".")), [basename(tarball)]);
    });
    await t.step("db:compose writes migrations, also where there are none", async () => {
      await Deno.remove(`${checkout}/supabase/migrations`, { recursive: true });
      await Deno.remove(`${checkout}/supabase/schemas/30_functions/entries/exported_fields.sql`);
      await runs(["db:compose"], /^(\d+) migrations, \1 changed\n$/);
      await runs(["db:compose", "--check"], /^$/);
    });
    await t.step(
      "release freezes them",
      () => runs(["release", "0.1.0"], /^0\.1\.0: \d+ migrations are frozen/),
    );
    await t.step("migration:new opens the next", async () => {
      await runs(["migration:new", "add_budgets"], /^wrote supabase\/changes\/\d{14}_add_budgets\.sql\n$/);
    });
    await t.step("the release after it takes the change away", async () => {
      await Deno.writeTextFile(
        `${checkout}/supabase/schemas/30_functions/reports/one.sql`,
        "create or replace function sync_scheduler.one() returns int language sql as $$ select 1 $$;\n",
      );
      const [change = ""] = (await Array.fromAsync(Deno.readDir(`${checkout}/supabase/changes`))).map((
        { name },
      ) => name);
      await runs(["db:compose"], /^\d+ migrations, \d changed\n$/);
      await runs(["release", "0.2.0"], /^0\.2\.0: \d+ migrations are frozen/);
      assert.equal(await read(`${checkout}/supabase/changes/${change}`), null);
    });
    await t.step("doctor connects, and says what it cannot reach", async () => {
      const url = "postgresql://postgres:hidden@127.0.0.1:1/postgres";
      await runs(["doctor"], /^Nothing listens at 127\.0\.0\.1:1\.\n$/, { SUPABASE_DB_URL: url }, 3);
    });
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
});

Deno.test({
  ...embeddedOnly(
    "deno task dev publishes its URLs and keys, db:reset resets its database, and Ctrl-C takes all away",
  ),
  fn: async () => {
    // A checkout of its own: a developer's own `deno task dev` may be running in this one.
    const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
    for (const folder of ["cli", "local", "src", "supabase"]) {
      await copyDirectory(root + folder, `${checkout}/${folder}`);
    }
    for (const file of ["deno.json", "deno.lock"]) await Deno.copyFile(root + file, `${checkout}/${file}`);
    assert.match((await task(checkout, "db:reset")).text, /No local platform runs in this checkout/);

    const dev = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "local/dev.ts"],
      cwd: checkout,
      stdin: "null",
      stdout: "null",
    }).spawn();
    try {
      const text = await until("the platform is up", () => read(`${checkout}/.local/env`), {
        timeoutMs: 120_000,
      });
      const env = Object.fromEntries(
        text.trim().split("\n").map((line) => line.replaceAll('"', "").split("=", 2)),
      );
      assert.deepEqual(Object.keys(env).sort(), [
        "API_URL",
        "DB_URL",
        "FUNCTIONS_URL",
        "JWT_SECRET",
        "PUBLISHABLE_KEY",
        "SECRET_KEY",
      ]);
      const second = await task(checkout, "dev");
      assert.equal(second.code, 1);
      assert.match(second.text, /is running already/);

      const admin = createClient(env.API_URL, env.SECRET_KEY, { auth: { persistSession: false } });
      const { error } = await admin.from("organizations").insert({ name: "Not in the seed" });
      assert.equal(error, null);
      const reset = await task(checkout, "db:reset");
      assert.equal(reset.code, 0, reset.text);
      const { data } = await admin.from("organizations").select("name").order("name");
      assert.deepEqual(data?.map(({ name }) => name), [
        "Blåbær Økonomi AS",
        "Fjordfisk AS",
        "Ærlig Regnskap ANS",
      ]);
    } finally {
      dev.kill("SIGINT");
      const { code } = await dev.status;
      const left = await read(`${checkout}/.local/env`);
      await Deno.remove(checkout, { recursive: true });
      assert.deepEqual([code, left], [130, null]);
    }
  },
});

async function read(file: string): Promise<string | null> {
  return await Deno.readTextFile(file).catch(() => null);
}
