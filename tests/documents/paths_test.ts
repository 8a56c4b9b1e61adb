/** The files and folders that the first pages name in code are there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../tools/run_deno.ts";

const PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
/** Made by a task, or a package. */
const ELSEWHERE = /^(dist|supabase\/changes|tools\/releases|zod)\//;

for (const page of PAGES) {
  Deno.test(`every path that ${page} names is there`, async () => {
    const text = (await Deno.readTextFile(join(root, page))).replace(/^```[^]*?^```/gm, "");
    const paths = [...text.matchAll(/`([a-z_]+\/[\w./-]*)`/g)].map(([, path = ""]) => path);
    for (const path of paths.filter((path) => !ELSEWHERE.test(path))) {
      assert.ok(await Deno.stat(join(root, path)).then(() => true, () => false), path);
    }
  });
}
