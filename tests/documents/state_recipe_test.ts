/**
 * CONTRIBUTING's recipe for a new state of entries has `withdrawn` as its model: it names each file of the product and of its
 * documents that names this state.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { proseFiles } from "../../tools/prose/files.ts";
import { root } from "../../tools/run_deno.ts";

const PRODUCT = /^(supabase\/(schemas|functions)|src|cli|docs|bench)\/|^ARCHITECTURE\.md$/;

Deno.test("the recipe for a new state of entries names each file that names its model", async () => {
  const contributing = await Deno.readTextFile(join(root, "CONTRIBUTING.md"));
  const recipe = contributing.split("\n### A new entry state\n")[1]?.split("\n### ")[0] ?? "";
  const files = (await proseFiles(root))
    .filter(({ path, text }) => PRODUCT.test(path) && /\bwithdrawn\b/.test(text));
  assert.ok(files.length > 10, files.map(({ path }) => path).join(", "));
  const missing = files.map(({ path }) => path).filter((path) => !recipe.includes(`\`${path}\``));
  assert.deepEqual(
    missing,
    [],
    "CONTRIBUTING.md, A new entry state: name them, and what a further state needs there",
  );
});
