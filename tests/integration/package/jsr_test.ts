/** deno.json as the manifest for JSR: it publishes the client that the npm package has, under the same version. */
import assert from "node:assert/strict";
import { readVersion } from "../../../cli/bundle/version.ts";
import { ENTRIES, writeManifest } from "../../../tools/package/manifest.ts";
import { root } from "../../../tools/run_deno.ts";

Deno.test("the manifests for npm and for JSR agree on version, licence and the client's module", async () => {
  const jsr = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const directory = await Deno.makeTempDir({ prefix: "manifest-of-a-test-" });
  try {
    await writeManifest(directory);
    const npm = JSON.parse(await Deno.readTextFile(`${directory}/package.json`));
    assert.deepEqual([jsr.version, jsr.license], [npm.version, npm.license]);
    assert.equal(npm.version, readVersion(root));
    // The elements change global types, which JSR does not take: they are on npm alone.
    assert.equal(jsr.exports, `./src/${ENTRIES["."]}.ts`);
    assert.equal(npm.exports["."].default, `./dist/${ENTRIES["."]}.js`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("JSR would take the package: no slow types, no test, nothing but the client and what it imports", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  const files = [...said.matchAll(/^ +file:\/\/\S*?\/(src\/\S+|[^/\s]+) \(/gm)].map(([, path = ""]) => path);
  assert.ok(files.includes("src/client/mod.ts") && files.includes("deno.json"), said);
  for (const file of files) assert.doesNotMatch(file, /_test\.|\/testing\/|\/elements\//);
});
