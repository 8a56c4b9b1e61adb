import type { Sql } from "postgres";
import type { Benchmark, Result } from "../benchmark.ts";
import { interleave, timed } from "../interleave.ts";
import { databasesBySize } from "../log_sizes.ts";
import { percentile, ratios } from "../statistics.ts";

/** What a page about an organisation costs, whose integration owns a fifth of the log. */
export const overview: Benchmark = {
  name: "overview",
  description: "sync_overview with 0, 100,000 and 1,000,000 rows in the log, against 0 rows (goal 1.3)",
  run: async (context) => {
    const calls = context.quick ? 20 : 100;
    const parts: Record<string, () => Promise<number>> = {};
    const sessions: Sql[] = [];
    for (const { rows, database } of await databasesBySize(context)) {
      const sql = await database.asCoordinator();
      const [tenant] = await database.tenants(1, 1);
      if (tenant === undefined) throw new Error("there is no tenant 1");
      parts[`${rows} rows`] = async () => {
        const times: number[] = [];
        for (let n = 0; n < calls; n++) {
          times.push(await timed(() => sql`select * from public.sync_overview(${tenant.orgId})`));
        }
        return percentile(times, 0.5);
      };
      sessions.push(sql);
    }
    await interleave(1, parts);
    const found = await interleave(
      context.quick ? 3 : 15,
      parts,
      (round) => context.progress(`round ${round}`),
    );
    await Promise.all(sessions.map((sql) => sql.end()));
    const [reference, ...larger] = Object.entries(found);
    if (reference === undefined) return { results: [] };
    return {
      results: larger.map(([name, times]): Result => ({
        benchmark: overview.name,
        case: name,
        unit: "ms",
        measured: percentile(times, 0.5),
        reference: percentile(reference[1], 0.5),
        ratio: ratios(times, reference[1]),
        goal: { atMost: 1.3 },
      })),
    };
  },
};
