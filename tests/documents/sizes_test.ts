/** The first pages stay short: what else there is to say has a page of its own. */
import assert from "node:assert/strict";

const LIMITS = [["README.md", 6_000], ["ARCHITECTURE.md", 10_000]] as const;

for (const [page, limit] of LIMITS) {
  Deno.test(`${page} has at most ${limit} bytes`, async () => {
    const { size } = await Deno.stat(new URL(`../../${page}`, import.meta.url));
    assert.ok(size <= limit, `${size} bytes`);
  });
}
