/** The first pages stay short: what else there is to say has a page of its own. So do the folders. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { git } from "../../tools/git.ts";
import { root } from "../../tools/run_deno.ts";

const LIMITS = [["README.md", 6_000], ["ARCHITECTURE.md", 10_000]] as const;

for (const [page, limit] of LIMITS) {
  Deno.test(`${page} has at most ${limit} bytes`, async () => {
    const { size } = await Deno.stat(new URL(`../../${page}`, import.meta.url));
    assert.ok(size <= limit, `${size} bytes`);
  });
}

Deno.test("no folder has more than 30 files", async () => {
  const folders = Map.groupBy((await git(root, ["ls-files"])).trim().split("\n"), dirname);
  const full = [...folders].filter(([, files]) => files.length > 30).map(([folder]) => folder);
  assert.deepEqual(full, []);
});
