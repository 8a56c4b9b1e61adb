/** The middle of repeated measurements, and how far they were apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The value below which the given share of the values lies, interpolated between neighbours.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { percentile } from "./statistics.ts";
 *
 * assert.equal(percentile([4, 1, 3, 2, 5], 0.5), 3);
 * ```
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** Median, smallest and largest of the values. */
export function spread(values: readonly number[]): Spread {
  return { median: percentile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Quotients of two series that were measured in turns: what disturbed the machine for a while disturbed both parts
 * of a pair, and cancels out.
 */
export function ratios(measured: readonly number[], reference: readonly number[]): Spread {
  return spread(measured.map((value, round) => value / (reference[round] ?? NaN)));
}
