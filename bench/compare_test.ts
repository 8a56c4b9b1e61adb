import assert from "node:assert/strict";
import { compareRuns, type Measured, parseReport } from "./compare.ts";

const one = (median: number, goal?: Measured["goal"]): Measured => ({
  benchmark: "b",
  case: "c",
  ratio: { median, min: median - 1, max: median + 1 },
  ...(goal === undefined ? {} : { goal }),
});
const direction = (now: Measured, before: Measured) => compareRuns([now], [before])[0]?.split(": ").at(-1);

Deno.test("says worse or better by the goal when the spreads do not overlap", () => {
  assert.equal(direction(one(9, { atMost: 5 }), one(3)), "worse");
  assert.equal(direction(one(3, { atMost: 5 }), one(9)), "better");
  assert.equal(direction(one(9, { atLeast: 5 }), one(3)), "better");
  assert.equal(direction(one(3, { atLeast: 5 }), one(9)), "worse");
});

Deno.test("says the same when the spreads overlap, and other without a goal", () => {
  assert.equal(direction(one(5, { atMost: 5 }), one(3)), "the same");
  assert.equal(direction(one(9), one(3)), "other");
});

Deno.test("leaves out a case that only one of the runs has", () => {
  assert.deepEqual(compareRuns([one(1)], [{ ...one(1), case: "d" }]), []);
});

Deno.test("reads what a run has written, and refuses a file of another shape", () => {
  const written = { finished_at: "now", results: [{ ...one(2), unit: "ms", goal_met: null }] };
  assert.deepEqual(parseReport(JSON.stringify(written)), [one(2)]);
  assert.throws(() => parseReport("{}"));
});
