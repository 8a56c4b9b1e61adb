import type { Vendor } from "../../local/vendors/vendor.ts";
import type { Benchmark, Goal, Result } from "../benchmark.ts";
import type { Measured } from "../connectors/child.ts";
import { runChild } from "../connectors/run_child.ts";
import { startVendors } from "../connectors/vendors.ts";
import { percentile, ratios } from "../statistics.ts";

interface Case {
  readonly type: Vendor["integrationType"];
  /** So many that a round takes seconds. */
  readonly count: number;
  /** Milliseconds there and back. */
  readonly distance: number;
  readonly limit: { readonly requests: number; readonly perMs: number };
  readonly goal?: Goal;
}

const NO_LIMIT = { requests: 1e9, perMs: 0 };
const BURST = { requests: 20, perMs: 5000 };
const GOAL = { atLeast: 0.8 };

// 20 ms is a vendor in the same part of the world. On the same machine only the connector's own work is left to see.
const CASES: readonly Case[] = [
  { type: "webhook", count: 10_000, distance: 20, limit: NO_LIMIT, goal: GOAL },
  { type: "xledger", count: 3000, distance: 20, limit: BURST, goal: GOAL },
  { type: "dynamics", count: 1000, distance: 20, limit: NO_LIMIT, goal: GOAL },
  { type: "webhook", count: 20_000, distance: 0, limit: NO_LIMIT },
  { type: "dynamics", count: 2000, distance: 0, limit: NO_LIMIT },
];

/** Entries a second by each connector, against its requests sent by a bare loop, within the vendor's limits. */
export const connectorThroughput: Benchmark = {
  name: "connector-throughput",
  description: "each connector's entries a second against a bare fetch loop of the same requests",
  run: async ({ quick, progress }) => {
    const results: Result[] = [];
    const notes: string[] = [];
    for (const { type, count, distance, limit, goal } of CASES) {
      progress(`${count} entries to ${type}, ${distance} ms away`);
      await using vendor = await startVendors[type]?.(true);
      if (vendor === undefined) throw new Error(`no fake of ${type}`);
      const order = { target: vendor.target, distance, limit, count: quick ? 200 : count };
      const measured = await runChild({ ...order, rounds: quick ? 1 : type === "xledger" ? 2 : 3 });
      results.push(toResult(`${vendor.name}, ${distance} ms away`, order.count, measured, goal));
      const cpu = percentile(measured.cpuPer100, 0.5);
      notes.push(
        `${vendor.name}, ${distance} ms away: ${measured.requests} requests for ${order.count} entries of three lines, ` +
          `${cpu.toFixed(1)} ms of processor time for 100; the 2 s of a hosted isolate are ${
            Math.floor(200_000 / cpu)
          } entries`,
      );
    }
    return { results, notes };
  },
};

function toResult(name: string, count: number, { connector, bare }: Measured, goal?: Goal): Result {
  const perSecond = (milliseconds: readonly number[]) => milliseconds.map((each) => count / each * 1000);
  return {
    benchmark: connectorThroughput.name,
    case: name,
    unit: "entries/s",
    measured: percentile(perSecond(connector), 0.5),
    reference: percentile(perSecond(bare), 0.5),
    ratio: ratios(perSecond(connector), perSecond(bare)),
    ...(goal === undefined ? {} : { goal }),
  };
}
