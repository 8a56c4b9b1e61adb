import type { Sql } from "postgres";
import type { Benchmark, Result } from "../benchmark.ts";
import { interleave, timed } from "../interleave.ts";
import { logSizes } from "../log_sizes.ts";
import { percentile, ratios } from "../statistics.ts";

const NEWEST_FIRST = "order by triggered_at desc, run_id desc limit $4";
const BEHIND = "triggered_at <= $2 and (triggered_at < $2 or (triggered_at = $2 and run_id < $3))";
const FROM = "select * from public.sync_run_log where org_id = $1";
const UNUSED = "$2::timestamptz is not null and $3::uuid is not null";

/** As the Data API makes it of what the client library asks. */
const PAGES = {
  first: `${FROM} and ${UNUSED} ${NEWEST_FIRST}`,
  "behind half of the runs": `${FROM} and ${BEHIND} ${NEWEST_FIRST}`,
  "of failed runs": `${FROM} and status in ('failed') and ${UNUSED} ${NEWEST_FIRST}`,
  "of failed runs, behind half": `${FROM} and status in ('failed') and ${BEHIND} ${NEWEST_FIRST}`,
  "without an organisation": `select * from public.sync_run_log
    where $1::uuid is not null and ${UNUSED} ${NEWEST_FIRST}`,
} as const;

/** Pages of the run log for a member of three organisations. The first one has a fifth of the log. */
export const runsPage: Benchmark = {
  name: "runs-page",
  description: "a member's pages of runs in the longest log, against the first page (goal 2)",
  run: async (context) => {
    const rows = logSizes(context.quick).at(-1) ?? 0;
    const database = await (await context.server()).database({ rows });
    const [tenant] = await database.tenants(1, 1);
    if (tenant === undefined) throw new Error("there is no tenant 1");
    const [middle] = await database.admin<{ at: string; id: string }[]>`
      select triggered_at::text as at, run_id as id from public.sync_run_log where org_id = ${tenant.orgId}
      order by triggered_at desc, run_id desc offset ${Math.floor(rows / 10)} limit 1`;
    const sql = await database.asViewerOf(3);
    const args = `'${tenant.orgId}', '${middle?.at}', '${middle?.id}', 51`;
    const parts = await prepared(sql, args, context.quick ? 5 : 20);
    await interleave(1, parts);
    const found = await interleave(context.quick ? 3 : 15, parts, (n) => context.progress(`round ${n}`));
    await sql.end();
    const { first, ...others } = found;
    return {
      results: Object.entries(others).map(([page, times]): Result => ({
        benchmark: runsPage.name,
        case: `a page ${page}, log of ${rows} rows`,
        unit: "ms",
        measured: percentile(times, 0.5),
        reference: percentile(first, 0.5),
        ratio: ratios(times, first),
        // Docs say to name the organisation: the last case is what happens without.
        ...(page.startsWith("without") ? {} : { goal: { atMost: 2 } }),
      })),
    };
  },
};

type Parts = Record<keyof typeof PAGES, () => Promise<number>>;

/** Each page as a prepared statement, as PostgREST keeps them. */
async function prepared(sql: Sql, args: string, calls: number): Promise<Parts> {
  const parts: Partial<Parts> = {};
  for (const [n, [page, query]] of Object.entries(PAGES).entries()) {
    await sql.unsafe(`prepare page_${n} (uuid, timestamptz, uuid, bigint) as ${query}`);
    parts[page as keyof typeof PAGES] = async () => {
      const times: number[] = [];
      for (let call = 0; call < calls; call++) {
        times.push(await timed(() => sql.unsafe(`execute page_${n} (${args})`)));
      }
      return percentile(times, 0.5);
    };
  }
  return parts as Parts;
}
