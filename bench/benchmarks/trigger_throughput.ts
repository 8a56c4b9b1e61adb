import type { BenchContext, Benchmark, Findings, Result } from "../benchmark.ts";
import { type Call, callTrigger, expectCount, insertBare, openSessions, throughput } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { percentile, ratios } from "../statistics.ts";
import type { Sql } from "postgres";

const CONNECTIONS = [1, 4, 16];
const WARM_UP_EACH = 10;

/** Trigger against bare insert, seen by clients. */
export const triggerThroughput: Benchmark = {
  name: "trigger-throughput",
  description:
    "calls per second by clients, against a bare insert of the same row (goal 0.5 at 1 connection)",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const results: Result[] = [];
    for (const connections of CONNECTIONS) results.push(await measure(context, database, connections));
    await database.reset();
    return { results } satisfies Findings;
  },
};

async function measure(
  { quick, progress }: BenchContext,
  database: BenchDatabase,
  connections: number,
): Promise<Result> {
  const sessions = await openSessions(database, connections);
  const warmUp = WARM_UP_EACH * connections;
  const calls = quick ? 200 : Math.min(600 + 100 * connections, database.tenantCount - warmUp);
  const tenants = await database.tenants(1, warmUp + calls);
  const triggered: number[] = [];
  const inserted: number[] = [];
  for (let round = 1; round <= (quick ? 3 : 11); round++) {
    triggered.push(await measureRound(database, sessions, tenants, warmUp, callTrigger));
    const [runs] = await database.admin<{ count: number }[]>`
      select count(*)::int from public.sync_run_log r
      join sync_scheduler.run_attempts a using (run_id) join net.http_request_queue q on q.id = a.request_id`;
    expectCount("dispatched runs", runs?.count ?? 0, tenants.length);
    inserted.push(await measureRound(database, sessions, tenants, warmUp, insertBare));
    progress(`${connections} connections, round ${round}`);
  }
  await Promise.all(sessions.map((sql) => sql.end()));
  return {
    benchmark: triggerThroughput.name,
    case: `${connections} connection${connections === 1 ? "" : "s"}`,
    unit: "calls/s",
    measured: percentile(triggered, 0.5),
    reference: percentile(inserted, 0.5),
    ratio: ratios(triggered, inserted),
    ...(connections === 1 ? { goal: { atLeast: 0.5 } } : {}),
  };
}

async function measureRound(
  database: BenchDatabase,
  sessions: readonly Sql[],
  tenants: readonly BenchTenant[],
  warmUp: number,
  call: Call,
): Promise<number> {
  await database.reset();
  // A truncated table makes every connection plan anew; that happens once in the life of a connection, not in each call.
  const each = warmUp / sessions.length;
  await Promise.all(
    sessions.map((sql, n) => throughput([sql], tenants.slice(n * each, (n + 1) * each), call)),
  );
  return await throughput(sessions, tenants.slice(warmUp), call);
}
