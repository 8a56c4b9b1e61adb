import type { SyncRunStatus } from "./types.ts";

/** Up to so many entries the database counts exactly. */
const EXACT = 10_000;

/** What says how far a run is: a run, or a row of `sync_overview`. */
export interface Counters {
  /** Entries of the run; above 10,000 a lower bound until it succeeds. */
  readonly entries_total: number | null;
  /** Entries that it has exported. */
  readonly entries_done: number | null;
  /** Entries that were rejected. */
  readonly entries_failed: number | null;
  /** A row of `sync_overview` has none. */
  readonly status?: SyncRunStatus;
}

/**
 * How many entries a run has at least, and whether that is exact. A worker counts up to 10,000 entries when it takes the
 * run. Above that `entries_total` is a lower bound, until the run succeeds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { countEntries } from "./entries_total.ts";
 *
 * const run = { entries_total: 10_001, entries_done: 12, entries_failed: 0, status: "running" } as const;
 * assert.deepEqual(countEntries(run), { atLeast: 10_000, isExact: false });
 * ```
 */
export function countEntries(run: Counters): { readonly atLeast: number; readonly isExact: boolean } {
  const total = run.entries_total ?? 0;
  if (total <= EXACT || run.status === "succeeded") return { atLeast: total, isExact: true };
  return { atLeast: Math.max(EXACT, (run.entries_done ?? 0) + (run.entries_failed ?? 0)), isExact: false };
}

/**
 * {@linkcode countEntries} as people read it: `250`, or `10,000+`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { showTotal } from "./entries_total.ts";
 *
 * assert.equal(showTotal({ entries_total: 250, entries_done: 0, entries_failed: 0 }, "en"), "250");
 * assert.equal(showTotal({ entries_total: 10_001, entries_done: 0, entries_failed: 0 }, "en"), "10,000+");
 * ```
 */
export function showTotal(run: Counters, locale?: string): string {
  const { atLeast, isExact } = countEntries(run);
  return `${atLeast.toLocaleString(locale)}${isExact ? "" : "+"}`;
}
