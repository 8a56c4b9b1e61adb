/** What users get imports nothing of what only this repository has. */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { root } from "../../../tools/run_deno.ts";

/** A folder of what users get, and the folders of the checkout that it may import from. */
const LAYERS = { supabase: ["supabase"], src: ["src"], cli: ["cli", "src", "supabase"] } as const;

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && name !== "testing") yield* sources(join(folder, name));
    if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield join(folder, name);
  }
}

for (const [layer, allowed] of Object.entries(LAYERS)) {
  Deno.test(`${layer}/ imports nothing of this repository but ${allowed.join(" and ")}`, async () => {
    let count = 0;
    for await (const file of sources(join(root, layer))) {
      const code = (await Deno.readTextFile(file)).replace(/\/\*[^]*?\*\//g, "");
      for (const [, path = ""] of code.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)) {
        const [top = ""] = relative(root, join(file, "..", path)).split(/[\\/]/);
        assert.ok((allowed as readonly string[]).includes(top), `${relative(root, file)} imports ${path}`);
        count++;
      }
    }
    assert.ok(count > 10, "imports were read");
  });
}

Deno.test("the command line uses nothing that only Deno has", async () => {
  for await (const file of sources(join(root, "cli"))) {
    const code = (await Deno.readTextFile(file)).replace(/\/\*[^]*?\*\//g, "");
    assert.doesNotMatch(code, /\bDeno\.|import\.meta\.(main|dirname)/, relative(root, file));
  }
});
