/**
 * `deno test`, typed without flags, runs the tests that need no permission: those next to the code.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { root } from "../../../tools/run_deno.ts";

/** So many tests a developer gets from the plain command, at the least. */
const AT_LEAST = 900;
/** Deno's own pattern. */
const IS_TEST = /(^|[_.])test\.[cm]?[jt]sx?$/;
const TRIGGER_CASES = [
  "allows a coordinator",
  "allows an admin",
  "rejects a viewer",
  "rejects a caller of another organisation, whatever that organisation has",
  "rejects a second trigger within 5 minutes with the seconds left",
];

/** The files below a folder that Deno takes for tests. */
async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const { name, isDirectory } of await Array.fromAsync(Deno.readDir(folder))) {
    const path = join(folder, name);
    if (name.startsWith(".") || name === "node_modules") continue;
    if (isDirectory) files.push(...await testFiles(path));
    else if (IS_TEST.test(name)) files.push(relative(root, path));
  }
  return files.sort();
}

Deno.test("`deno test` without flags runs every test next to the code, and asks for no permission", async () => {
  const directory = await Deno.makeTempDir({ prefix: "plain_deno_test_" });
  try {
    const audit = join(directory, "permissions.jsonl");
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      // The types are checked with all others, by `deno task test`.
      args: ["test", "--no-check"],
      cwd: root,
      env: { NO_COLOR: "1", DENO_AUDIT_PERMISSIONS: audit },
      stdin: "null",
    }).output();
    const output = new TextDecoder().decode(stdout);
    assert.equal(code, 0, output);

    // On a terminal, Deno would ask the developer for each of these.
    assert.equal(await Deno.readTextFile(audit), "");
    const [, passed] = /^ok \| (\d+) passed \| 0 failed/m.exec(output) ?? [];
    assert.ok(Number(passed) >= AT_LEAST, `${passed} tests passed`);
    const ran = [...output.matchAll(/^running (\d+) tests? from \.\/(.+)$/gm)];
    assert.deepEqual(
      ran.filter(([, count]) => count === "0").map(([, , file]) => file),
      [],
      "no tests in them",
    );
    const besideCode = (await testFiles(root)).filter((file) => !file.startsWith("tests/"));
    assert.deepEqual(ran.map(([, , file]) => file).sort(), besideCode);
    for (const name of TRIGGER_CASES) assert.ok(output.includes(`\n${name} ... ok`), name);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a file of the tests that Deno takes for a test is one", async () => {
  for (const file of await testFiles(join(root, "tests"))) {
    assert.match(await Deno.readTextFile(join(root, file)), /\b(Deno\.test|\w+Test)\(/, file);
  }
});
