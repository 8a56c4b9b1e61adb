import type { BenchServer } from "./server.ts";
import type { Spread } from "./statistics.ts";

/** One line of the table: a measurement and its reference. */
export interface Result {
  readonly benchmark: string;
  readonly case: string;
  readonly unit: string;
  /** Median of the measured thing. */
  readonly measured: number;
  /** Median of the reference, from the same run and in the same unit. */
  readonly reference: number;
  /** Measured by reference, pair by pair. */
  readonly ratio: Spread;
  readonly goal?: Goal;
}

/** What the ratio should be. It is reported; nothing fails by it. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** What a benchmark brings back. */
export interface Findings {
  readonly results: readonly Result[];
  /** Further lines for the reader, such as plans. */
  readonly notes?: readonly string[];
}

/** What a benchmark may use. */
export interface BenchContext {
  /** Smaller sizes: whether everything works, not how fast it is. */
  readonly quick: boolean;
  /** The database server of this run, without pg_net's and pg_cron's workers; started by the first who asks. */
  server(): Promise<BenchServer>;
  /** Says on stderr what is going on. */
  progress(message: string): void;
}

/** One benchmark. */
export interface Benchmark {
  readonly name: string;
  /** What is compared with what, in one line. */
  readonly description: string;
  run(context: BenchContext): Promise<Findings>;
}

/** Whether a ratio is as it should be; null without a goal. */
export function goalMet(result: Result): boolean | null {
  if (result.goal === undefined) return null;
  return "atLeast" in result.goal
    ? result.ratio.median >= result.goal.atLeast
    : result.ratio.median <= result.goal.atMost;
}
