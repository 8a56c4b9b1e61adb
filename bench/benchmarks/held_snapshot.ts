import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Goal, Result } from "../benchmark.ts";
import { expectCount } from "../calls.ts";
import type { BenchDatabase } from "../database.ts";
import { interleave, timed } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

/** Runs that start at one minute: as many as a batch takes. */
const AT_ONCE = 500;
/** As many as a tick looks from the left end once, and a few more. */
const TICKS = 23;

/**
 * An idle tick while another session holds a snapshot. Then nothing that has moved on leaves the indexes that the tick
 * reads from the left end.
 */
export const heldSnapshot: Benchmark = {
  name: "held-snapshot",
  description:
    "an idle tick under a snapshot that is held, after 13,000 runs, against one without runs (goal 2)",
  run: async (context) => {
    const server = await context.server();
    const [quiet, used] = [
      await server.database({ rows: 0, scheduled: 1000, stale: "quiet" }),
      await server.database({ rows: 0, scheduled: 1000, stale: "held" }),
    ];
    const holder = used.asOwner();
    const rounds = context.quick ? 2 : 26;
    await holder`begin isolation level repeatable read`;
    await holder`select 1`;
    await runRounds(context, used, rounds);
    const sessions = { before: quiet.asOwner(), after: used.asOwner() };
    const ticks = {
      before: await idleTicks(quiet, sessions.before),
      after: await idleTicks(used, sessions.after),
    };
    await interleave(1, { before: async () => middle(await ticks.before()) });
    const means = { before: [] as number[], after: [] as number[] };
    const part = (name: "before" | "after") => async () => {
      const times = await ticks[name]();
      means[name].push(times.reduce((sum, time) => sum + time) / times.length);
      return middle(times);
    };
    const medians = await interleave(
      context.quick ? 3 : 9,
      { before: part("before"), after: part("after") },
      (round) => context.progress(`round ${round}`),
    );
    await holder`rollback`;
    await Promise.all([holder, ...Object.values(sessions)].map((sql) => sql.end()));
    const result = (name: string, { before, after }: typeof means, goal?: Goal): Result => ({
      benchmark: heldSnapshot.name,
      case: `${name} of ${TICKS} idle ticks, ${rounds * AT_ONCE} runs since the snapshot, to none`,
      unit: "ms",
      measured: percentile(after, 0.5),
      reference: percentile(before, 0.5),
      ratio: ratios(after, before),
      ...(goal === undefined ? {} : { goal }),
    });
    // Two of the ticks look from the left end, which only the mean shows.
    return { results: [result("median", medians, { atMost: 2 }), result("mean", means)] };
  },
};

async function runRounds(context: BenchContext, database: BenchDatabase, rounds: number): Promise<void> {
  const { admin } = database;
  await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
  // Each round needs slots of its own, and all of them have passed already.
  await admin`update sync_scheduler.settings set drift_alert_after = '7 days', claim_timeout = '1 second',
    lease_duration = '2 seconds', heartbeat_interval = '1 second' where true`;
  await admin`update public.sync_integrations set schedule = '@yearly' where schedule is not null`;
  for (let round = 1; round <= rounds; round++) {
    await admin`
      update public.sync_integrations i set next_run_at = slot, next_tick_at = slot
      from (select date_trunc('minute', now()) - ${rounds - round} * interval '1 minute' as slot) s
      where i.id in (select id from public.sync_integrations where schedule is not null order by id limit ${AT_ONCE})`;
    await admin`select sync_scheduler.tick()`;
    await admin`truncate net.http_request_queue`;
    await admin`call bench.work_off()`;
    context.progress(`${round * AT_ONCE} runs`);
  }
  // In life they spread over hours. A tick still reads the last minute, and what leases were until then.
  context.progress("waiting for a minute to pass");
  await new Promise((resolve) => setTimeout(resolve, 75_000));
  const [runs] = await admin<{ ended: number }[]>`
    select count(*)::int as ended from public.sync_run_log where status = 'succeeded'`;
  expectCount("ended runs", runs?.ended ?? 0, rounds * AT_ONCE);
}

/** Milliseconds of each of some ticks with nothing to do. */
async function idleTicks(database: BenchDatabase, sql: Sql): Promise<() => Promise<number[]>> {
  await database.admin`call bench.make_idle()`;
  const [state] = await sql<{ busy: number }[]>`select sync_scheduler.has_work()::int as busy`;
  expectCount("something due, for all that", state?.busy ?? 1, 0);
  return async () => {
    const times: number[] = [];
    for (let n = 0; n < TICKS; n++) times.push(await timed(() => sql`select sync_scheduler.tick()`));
    return times;
  };
}

const middle = (times: readonly number[]): number => percentile(times, 0.5);
