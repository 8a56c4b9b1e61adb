/** What the npm package holds, file by file, and what it does when it is installed: nothing. */
import assert from "node:assert/strict";
import { untar } from "../../local/postgres/untar.ts";
import { packClient } from "../../tools/client_package/build.ts";
import { root } from "../../tools/run_deno.ts";

/** The modules below `folder` that the package compiles, without their ending. */
async function modules(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    if (isDirectory && name !== "testing") found.push(...await modules(folder, `${below}${name}/`));
    if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      found.push(`${below}${name.slice(0, -".ts".length)}`);
    }
  }
  return found;
}

Deno.test("the packed tarball holds what `files` lists, and runs no script when it is installed", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_tarball_" });
  try {
    const files = new Map(untar(await Deno.readFile(await packClient(directory))));
    const manifest = JSON.parse(new TextDecoder().decode(files.get("package/package.json")));

    await t.step(
      "every module of src in JavaScript with its declarations, and three files more",
      async () => {
        const compiled = (await modules(`${root}/src`)).flatMap((module) => [
          `package/dist/${module}.js`,
          `package/dist/${module}.d.ts`,
        ]);
        assert.ok(compiled.length > 50, "the modules are read");
        const further = ["LICENSE", "README.md", "package.json"].map((name) => `package/${name}`);
        assert.deepEqual([...files.keys()].sort(), [...compiled, ...further].sort());
      },
    );

    await t.step("`files` names kinds of files, not a folder with whatever lies in it", () => {
      assert.ok(manifest.files.length > 0);
      for (const pattern of manifest.files) assert.match(pattern, /\.\w+$/);
    });

    await t.step("no lifecycle script, and nothing that npm would compile", () => {
      assert.equal(manifest.scripts, undefined);
      assert.equal(manifest.gypfile, undefined);
      assert.ok(!files.has("package/binding.gyp"));
    });

    await t.step("no test, no key and no path of the machine that packed it", () => {
      for (const [path, content] of files) {
        assert.doesNotMatch(path, /_test\.|\/testing\/|\.env|\.map$/);
        assert.ok(!new TextDecoder().decode(content).includes(root), path);
      }
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
