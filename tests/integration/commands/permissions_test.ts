/** What the tasks may do on a person's machine. */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { createProject } from "../../support/hosts/project.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";
import { read, root, task } from "./task.ts";

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
    await t.step(
      "an unexpected fault is reported with its message, and with its place if that is asked",
      async () => {
        await using project = await createProject();
        await Deno.remove(`${checkout}/supabase/schemas`, { recursive: true });
        const fault = /^This is a fault of sync-scheduler: .*supabase\/schemas/;
        const env = { SUPABASE_DB_URL: "postgresql://postgres:hidden@127.0.0.1:1/postgres" };
        for (
          const call of [
            ["doctor"],
            ...["install", "uninstall"].map((name) => [name, "--workdir", project.directory]),
          ]
        ) {
          await runs(call, fault, env, 1);
          await runs(call, /\n {4}at /, { ...env, SYNC_SCHEDULER_DEBUG: "1" }, 1);
        }
      },
    );
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
});
