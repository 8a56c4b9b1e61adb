import type { Benchmark, Goal, Result } from "../benchmark.ts";
import type { Measured } from "../connectors/child.ts";
import { runChild } from "../connectors/run_child.ts";
import { startVendors } from "../connectors/vendors.ts";
import { ratios } from "../statistics.ts";

const MIB = 1024 * 1024;

/** What an export of 20,000 entries needs, against one of 1,000: each in a process of its own. */
export const connectorMemory: Benchmark = {
  name: "connector-memory",
  description: "memory that an export of 20,000 entries keeps, and its peak, against one of 1,000",
  run: async ({ quick, progress }) => {
    const [many, few] = quick ? [400, 200] : [20_000, 1000];
    const results: Result[] = [];
    for (const [type, start] of Object.entries(startVendors)) {
      await using vendor = await start(false);
      const measure = (count: number) => {
        progress(`${count} entries to ${type}`);
        const limit = { requests: 1e9, perMs: 0 };
        return runChild({ target: vendor.target, count, rounds: 0, distance: 0, limit });
      };
      // The few first: their entries are among the many, and would be found instead of sent.
      const reference = await measure(few);
      const measured = await measure(many);
      const compare = (what: string, part: "retained" | "peak", goal?: Goal) =>
        results.push(toResult(`${vendor.name}, ${what}, ${many} to ${few}`, part, measured, reference, goal));
      compare("kept", "retained", { atMost: 1.2 });
      // How far the heap grows before it is collected is V8's decision: an isolate of 256 MB makes it earlier.
      compare("peak", "peak");
    }
    return { results };
  },
};

function toResult(
  name: string,
  part: "retained" | "peak",
  measured: Measured,
  reference: Measured,
  goal?: Goal,
): Result {
  return {
    benchmark: connectorMemory.name,
    case: name,
    unit: "MiB",
    measured: measured[part] / MIB,
    reference: reference[part] / MIB,
    ratio: ratios([measured[part]], [reference[part]]),
    ...(goal === undefined ? {} : { goal }),
  };
}
