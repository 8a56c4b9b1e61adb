import type { Sql } from "postgres";
import type { Benchmark, Result } from "../benchmark.ts";
import type { BenchDatabase } from "../database.ts";
import { expectCount } from "../calls.ts";
import { interleave, timed } from "../interleave.ts";
import { databasesBySize } from "../log_sizes.ts";
import { percentile, ratios } from "../statistics.ts";

const DUE = 100;

/** One tick of recover_runs, against the cheapest statement over the same connection. */
export const recoverTick: Benchmark = {
  name: "recover-tick",
  description: "one tick of recover_runs with nothing due, and with 100 due of many, against select 1",
  run: async (context) => {
    const results: Result[] = [];
    const sizes = await databasesBySize(context);
    const rounds = context.quick ? 3 : 15;
    for (const { rows, database } of sizes) {
      const sql = database.asOwner();
      const calls = context.quick ? 20 : 100;
      const tick = () => median(calls, () => sql`select sync_scheduler.recover_runs()`);
      const nothing = () => median(calls, () => sql`select 1`);
      await tick();
      const idle = await interleave(rounds, { tick, nothing });
      results.push(result(`nothing due, ${rows} rows`, idle.tick, idle.nothing));

      const active = context.quick ? 200 : 2000;
      await makeActive(database, active);
      const due = await interleave(rounds, { tick: () => dueTick(database, sql), nothing });
      results.push(result(`${DUE} due of ${active} active, ${rows} rows`, due.tick, due.nothing));
      await database.admin`delete from public.sync_run_log where status = 'pending'`;
      context.progress(`${rows} rows`);
      await sql.end();
    }
    return { results };
  },
};

async function median(calls: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < calls; n++) times.push(await timed(call));
  return percentile(times, 0.5);
}

/** Runs whose attempt is dispatched and not claimed; their tenants are not the one with the long history. */
async function makeActive(database: BenchDatabase, count: number): Promise<void> {
  const coordinator = await database.asCoordinator();
  await coordinator.unsafe(`call bench.loop_trigger(2, ${count + 1}, null, null)`);
  await coordinator.end();
}

async function dueTick(database: BenchDatabase, sql: Sql): Promise<number> {
  await database.admin`truncate net.http_request_queue`;
  // As after the first dispatch; a sixth would give up.
  await database.admin`
    update sync_scheduler.run_attempts a set dispatch_count = 1, lease_expires_at = now()
    where ended_at is null and run_id in (
      select run_id from public.sync_run_log where status = 'pending' order by triggered_at limit ${DUE})`;
  let recovered = 0;
  const milliseconds = await timed(async () => {
    const [row] = await sql<{ recovered: number }[]>`select sync_scheduler.recover_runs() as recovered`;
    recovered = row?.recovered ?? 0;
  });
  expectCount("recovered runs", recovered, DUE);
  return milliseconds;
}

function result(name: string, tick: readonly number[], nothing: readonly number[]): Result {
  return {
    benchmark: recoverTick.name,
    case: name,
    unit: "ms",
    measured: percentile(tick, 0.5),
    reference: percentile(nothing, 0.5),
    ratio: ratios(tick, nothing),
  };
}
