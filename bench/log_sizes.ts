import type { BenchContext } from "./benchmark.ts";
import type { BenchDatabase } from "./database.ts";

/** The lengths of the log that benchmarks compare; the first is the reference. */
export function logSizes(quick: boolean): number[] {
  return quick ? [0, 5_000, 20_000] : [0, 100_000, 1_000_000];
}

/** A database for each length, with progress, since the longest takes a while to fill. */
export async function databasesBySize(
  context: BenchContext,
): Promise<{ rows: number; database: BenchDatabase }[]> {
  const server = await context.server();
  const databases: { rows: number; database: BenchDatabase }[] = [];
  for (const rows of logSizes(context.quick)) {
    context.progress(`a log of ${rows} rows`);
    databases.push({ rows, database: await server.database({ rows }) });
  }
  return databases;
}
