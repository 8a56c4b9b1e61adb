import type { Benchmark, Result } from "../benchmark.ts";
import { runChild } from "../connectors/run_child.ts";
import { startVendors } from "../connectors/vendors.ts";
import { percentile, ratios } from "../statistics.ts";

const MIB = 1024 * 1024;

/** What an export of 20,000 entries needs, against one of 1,000: each in a process of its own. */
export const connectorMemory: Benchmark = {
  name: "connector-memory",
  description: "peak memory of an export of 20,000 entries, against one of 1,000",
  run: async ({ quick, progress }) => {
    const [many, few] = quick ? [400, 200] : [20_000, 1000];
    const results: Result[] = [];
    for (const [type, start] of Object.entries(startVendors)) {
      await using vendor = await start(false);
      const measure = async (count: number) => {
        progress(`${count} entries to ${type}`);
        const limit = { requests: 1e9, perMs: 0 };
        return (await runChild({ target: vendor.target, count, rounds: 0, distance: 0, limit })).peak / MIB;
      };
      const peaks: { many: number[]; few: number[] } = { many: [], few: [] };
      // The few first: their entries are among the many, and would be found instead of sent.
      peaks.few.push(await measure(few));
      peaks.many.push(await measure(many));
      results.push({
        benchmark: connectorMemory.name,
        case: `${vendor.name}, ${many} to ${few} entries`,
        unit: "MiB",
        measured: percentile(peaks.many, 0.5),
        reference: percentile(peaks.few, 0.5),
        ratio: ratios(peaks.many, peaks.few),
        goal: { atMost: 1.25 },
      });
    }
    return { results };
  },
};
