/** What the npm package holds, file by file, and what it does when it is installed: nothing. */
import assert from "node:assert/strict";
import { untar } from "../../../local/postgres/untar.ts";
import { root } from "../../../tools/run_deno.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";

/** The paths in the checkout of the files below `folder` with one of these endings, but for what only tests need. */
async function shipped(folder: string, ...endings: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    if (isDirectory && name !== "testing") found.push(...await shipped(`${folder}/${name}`, ...endings));
    if (endings.some((ending) => name.endsWith(ending)) && !name.endsWith("_test.ts")) {
      found.push(`${folder}/${name}`);
    }
  }
  return found;
}

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
  const files = new Map(untar(await Deno.readFile(await packedTarball())));
  const manifest = JSON.parse(new TextDecoder().decode(files.get("package/package.json")));

  await t.step(
    "every module of src in JavaScript with its declarations",
    async () => {
      // The console page is served from a checkout, and is no part of the package.
      const client = (await modules(`${root}/src`)).filter((module) => !module.startsWith("console/"));
      const compiled = client.flatMap((module) => [
        `package/dist/${module}.js`,
        `package/dist/${module}.d.ts`,
      ]);
      assert.ok(compiled.length > 50, "the modules are read");
      const packed = [...files.keys()].filter((path) => path.startsWith("package/dist/"));
      assert.deepEqual(packed.sort(), compiled.sort());
    },
  );

  await t.step("what an install brings, the command line, and what npm shows", async () => {
    const bundle = [
      ...await shipped("supabase/migrations", ".sql"),
      ...await shipped("supabase/schemas", ".sql", "order.txt"),
      ...await shipped("supabase/functions/integration-sync", ".ts", ".json"),
      "supabase/config.toml",
    ];
    const others = [...files.keys()].filter((path) => !/^package\/(dist|tools\/releases)\//.test(path));
    const scripts = others.filter((path) => /^package\/cli\/[^/]+\.js$/.test(path));
    assert.ok(scripts.includes(`package/${manifest.bin["sync-scheduler"]}`));
    assert.deepEqual(
      others.filter((path) => !scripts.includes(path)).sort(),
      [
        ...bundle,
        "cli/install/membership_adapter.sql",
        ...["CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_LICENSES.txt", "package.json"],
      ].map((path) => `package/${path}`).sort(),
    );
  });

  await t.step("the licence of every library that the command line contains", () => {
    const licenses = new TextDecoder().decode(files.get("package/THIRD_PARTY_LICENSES.txt"));
    const scripts = [...files.keys()].filter((path) => /^package\/cli\/[^/]+\.js$/.test(path));
    const code = scripts.map((path) => new TextDecoder().decode(files.get(path))).join("\n");
    const libraries = new Set([...code.matchAll(/npm:((?:@[^/\s]+\/)?[^/\s@]+)@([\d.]+)\//g)].map(
      ([, name, version]) => `${name} ${version}`,
    ));
    assert.ok(libraries.has("commander 14.0.3"), "the libraries are read");
    for (const library of libraries) {
      assert.ok(
        licenses.includes(`
${library} (`),
        library,
      );
    }
    assert.doesNotMatch(code, /\.\.\/[^\s"]*\/npm\//, "no path of the machine that packed it");
  });

  await t.step("`files` names kinds of files, not a folder with whatever lies in it", () => {
    assert.ok(manifest.files.length > 0);
    for (const pattern of manifest.files) assert.match(pattern, /\.\w+$/);
  });

  await t.step("no lifecycle script, and nothing that npm would compile", () => {
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.gypfile, undefined);
    assert.ok(!files.has("package/binding.gyp"));
  });

  await t.step("no demo-receiver, which is for development only", async () => {
    assert.ok((await Deno.stat(`${root}/supabase/functions/demo-receiver`)).isDirectory);
    for (const [path, content] of files) {
      assert.doesNotMatch(path, /demo[-_]receiver/);
      // Of config.toml the installer reads one block alone; the changelog names the function.
      if (/config\.toml$|\.md$/.test(path)) continue;
      assert.doesNotMatch(new TextDecoder().decode(content), /demo[-_]receiver/, path);
    }
  });

  await t.step("no .env, whatever variables the checkout has for its own functions", async () => {
    assert.ok((await Deno.stat(`${root}/supabase/functions/.env`)).isFile);
    assert.deepEqual([...files.keys()].filter((path) => /(^|\/)\.env/.test(path)), []);
  });

  await t.step("no test, no key and no path of the machine that packed it", () => {
    const home = Deno.env.get("HOME");
    for (const [path, content] of files) {
      if (home !== undefined && home !== "/") {
        assert.ok(!new TextDecoder().decode(content).includes(`${home}/`), path);
      }
      assert.doesNotMatch(path, /_test\.|\/testing\/|\.env|\.map$/);
      assert.ok(!new TextDecoder().decode(content).includes(root), path);
    }
  });
});
