import assert from "node:assert/strict";

async function read(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../${file}`, import.meta.url));
}

Deno.test("the README stays short: what is long stands in docs/", async () => {
  assert.ok((await read("README.md")).split("\n").length < 400);
});

Deno.test("the function's pinned imports are those that the tests run with", async () => {
  const root: Record<string, string> = JSON.parse(await read("deno.json")).imports;
  const own: Record<string, string> =
    JSON.parse(await read("supabase/functions/integration-sync/deno.json")).imports;
  for (const [name, target] of Object.entries(own)) {
    const [, base, path] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
    assert.equal(target, `${root[base ?? ""]}${path ?? ""}`, name);
  }
});
