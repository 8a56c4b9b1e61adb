import assert from "node:assert/strict";

async function read(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
}

Deno.test("the function's imports are inline, each in one file, and pinned to what the tests run with", async () => {
  const root: Record<string, string> = JSON.parse(await read("deno.json")).imports;
  const importedBy = new Map<string, string[]>();
  for (const path of await shippedModules("supabase/functions/")) {
    for (const [, specifier = ""] of (await read(path)).matchAll(/(?:\bfrom|\bimport\(?)\s*"([^"]+)"/g)) {
      if (/^(\.|node:)/.test(specifier)) continue;
      importedBy.set(specifier, [...importedBy.get(specifier) ?? [], path]);
    }
  }
  assert.deepEqual([...importedBy.keys()].filter((specifier) => !specifier.startsWith("npm:")), []);
  for (const [specifier, paths] of importedBy) {
    const [, pinned, name = ""] = /^(npm:((?:@[^/]+\/)?[^@/]+)@\d+\.\d+\.\d+)(?:\/.*)?$/.exec(specifier) ??
      [];
    assert.equal(pinned, root[name], specifier);
    assert.equal(paths.length, 1, `${specifier} is imported by ${paths.join(" and ")}`);
  }
  assert.ok(importedBy.size > 0);
});

/** The modules below a folder that an install brings. */
async function shippedModules(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`../../${folder}`, import.meta.url))) {
    if (isDirectory && name !== "testing") paths.push(...await shippedModules(`${folder}${name}/`));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) paths.push(folder + name);
  }
  return paths;
}
