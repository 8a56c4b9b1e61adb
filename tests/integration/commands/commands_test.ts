/** What the tasks say of themselves, and how they refuse. */
import assert from "node:assert/strict";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { isOlder, LEAST_DENO, LEAST_DENO_OF_TESTS } from "../../../local/command_line.ts";
import { root, task } from "./task.ts";

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

Deno.test("every task that writes into a read-only checkout says so without a stack", async () => {
  const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  try {
    for (const folder of ["cli", "docs/reference", "local", "src", "supabase", "tests/support", "tools"]) {
      await copyDirectory(root + folder, `${checkout}/${folder}`, { skip: (name) => name === "releases" });
    }
    for (const file of ["CHANGELOG.md", "deno.lock"]) await Deno.copyFile(root + file, `${checkout}/${file}`);
    // By Deno's permissions, because the mode of a folder does not stop root.
    const config = await Deno.readTextFile(`${root}deno.json`);
    await Deno.writeTextFile(
      `${checkout}/deno.json`,
      config.replaceAll(/ --allow-write\S*/g, "").replaceAll(" -A ", " -A --deny-write=. "),
    );
    // These two write only what is stale.
    await Deno.writeTextFile(`${checkout}/src/database_types.ts`, "");
    await Deno.remove(`${checkout}/supabase/migrations`, { recursive: true });
    await Deno.mkdir(`${checkout}/supabase/migrations`);
    for (
      const call of [
        ["api:docs"],
        ["cli:docs"],
        ["db:compose"],
        ["db:types"],
        ["dev"],
        ["pack"],
        ["release", "0.1.0"],
      ]
    ) {
      const { code, text } = await task(checkout, call);
      assert.equal(code, 1, `${call}: ${text}`);
      assert.match(text, /Requires write access to /, call[0]);
      assert.doesNotMatch(text, /Uncaught|^ +at /m);
    }
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
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
