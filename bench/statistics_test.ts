import assert from "node:assert/strict";
import { percentile, ratios, spread } from "./statistics.ts";

Deno.test("percentile interpolates when the rank falls between two values", () => {
  assert.equal(percentile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(percentile([10], 0.95), 10);
});

Deno.test("spread does not change the order of what it was given", () => {
  const values = [3, 1, 2];
  assert.deepEqual(spread(values), { median: 2, min: 1, max: 3 });
  assert.deepEqual(values, [3, 1, 2]);
});

Deno.test("ratios compares round by round when the machine's speed drifts", () => {
  assert.deepEqual(ratios([1, 2, 4], [2, 4, 8]), { median: 0.5, min: 0.5, max: 0.5 });
});
