/** The files and folders that a page names in code are there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { proseFiles } from "../../tools/prose/files.ts";
import { root } from "../../tools/run_deno.ts";

const PATH = /`((?:supabase|src|cli|local|tools|bench|tests|docs|examples|mutation)\/[\w./-]*)`/g;
/** Made by a task. */
const ELSEWHERE = /^(supabase\/changes|tools\/releases)\//;

Deno.test("every path that a page names is there", async () => {
  const pages = (await proseFiles(root)).filter(({ path }) => path.endsWith(".md"));
  for (const { path: page, text } of pages) {
    const paths = [...text.replace(/^```[^]*?^```/gm, "").matchAll(PATH)].map(([, path = ""]) => path);
    for (const path of paths.filter((path) => !ELSEWHERE.test(path))) {
      assert.ok(await Deno.stat(join(root, path)).then(() => true, () => false), `${page}: ${path}`);
    }
  }
});
