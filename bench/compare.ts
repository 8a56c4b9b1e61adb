import { z } from "zod";
import type { Result } from "./benchmark.ts";

const Spread = z.object({ median: z.number(), min: z.number(), max: z.number() });
const Goal = z.union([z.object({ atLeast: z.number() }), z.object({ atMost: z.number() })]);
const Report = z.object({
  results: z.array(
    z.object({ benchmark: z.string(), case: z.string(), ratio: Spread, goal: Goal.optional() }),
  ),
});

/** What a comparison reads of a result. */
export type Measured = Pick<Result, "benchmark" | "case" | "ratio" | "goal">;

/** Reads the file of an earlier run. It refuses a file of another shape. */
export function parseReport(text: string): Measured[] {
  return Report.parse(JSON.parse(text)).results.map(({ goal, ...rest }) =>
    goal === undefined ? rest : { ...rest, goal }
  );
}

/**
 * The ratios of this run next to those of an earlier one, a line for each case that both have. A case is `worse` or
 * `better` only when the spreads do not overlap. Without a goal it is `other`, because no direction is the good one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareRuns } from "./compare.ts";
 *
 * const measured = (median: number) => [
 *   { benchmark: "b", case: "c", ratio: { median, min: median - 1, max: median + 1 }, goal: { atMost: 5 } },
 * ];
 * assert.deepEqual(compareRuns(measured(9), measured(3)), [
 *   "b: c: 9.00 (8.00 - 10.00), was 3.00 (2.00 - 4.00): worse",
 * ]);
 * ```
 */
export function compareRuns(now: readonly Measured[], earlier: readonly Measured[]): string[] {
  return now.flatMap((result) => {
    const before = earlier.find((other) =>
      other.benchmark === result.benchmark && other.case === result.case
    );
    if (before === undefined) return [];
    return `${result.benchmark}: ${result.case}: ${show(result.ratio)}, was ${show(before.ratio)}: ${
      direction(result, before)
    }`;
  });
}

function direction({ ratio, goal }: Measured, before: Measured): string {
  const isHigher = ratio.min > before.ratio.max;
  if (!isHigher && ratio.max >= before.ratio.min) return "the same";
  if (goal === undefined) return "other";
  return isHigher === "atMost" in goal ? "worse" : "better";
}

function show({ median, min, max }: Measured["ratio"]): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} - ${max.toFixed(2)})`;
}
