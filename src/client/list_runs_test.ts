import assert from "node:assert/strict";
import { listRuns } from "./list_runs.ts";

Deno.test("a page of runs is asked for by organisation, and without a count", async () => {
  const calls: unknown[][] = [];
  const builder: unknown = new Proxy({}, {
    get: (_, name) => (...args: unknown[]) => {
      calls.push([name, ...args]);
      return builder;
    },
  });
  await listRuns(builder as never, "o-1", {}, () => Promise.resolve({ rows: [], left: null }));
  assert.deepEqual(calls.slice(0, 3), [["from", "sync_run_log"], ["select", "*"], ["eq", "org_id", "o-1"]]);
});
