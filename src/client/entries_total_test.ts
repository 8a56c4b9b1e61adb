import assert from "node:assert/strict";
import type { SyncRunStatus } from "./types.ts";
import { showTotal } from "./entries_total.ts";
import { aRun } from "./testing/run.ts";

for (
  const [total, done, failed, status, shown] of [
    [10_000, 0, 0, "running", "10,000"],
    [10_001, 0, 0, "running", "10,000+"],
    [10_001, 9_000, 1_001, "running", "10,001+"],
    [12_345, 12_300, 45, "failed", "12,345+"],
    [12_345, 12_300, 45, "succeeded", "12,345"],
  ] as const satisfies readonly (readonly [number, number, number, SyncRunStatus, string])[]
) {
  Deno.test(`the total of a run is ${shown} when it counts ${total}, has settled ${done + failed} and is ${status}`, () => {
    const run = aRun({ entries_total: total, entries_done: done, entries_failed: failed, status });
    assert.equal(showTotal(run, "en"), shown);
  });
}

Deno.test("the total is 0 when an integration has no active run", () => {
  assert.equal(showTotal({ entries_total: null, entries_done: null, entries_failed: null }), "0");
});
