import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { type Call, callTrigger, insertBare, openSessions, throughput } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { percentile, ratios } from "../statistics.ts";

/** Trigger against bare insert, seen by the server: no client that takes its time with both and flatters the ratio. */
export const triggerServerSide: Benchmark = {
  name: "trigger-server-side",
  description: "the same inside the server: with commits (loops in a procedure), and statements alone",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const results: Result[] = [];
    for (const sessions of [1, 4, 16]) results.push(await loops(context, database, sessions));
    results.push(await statements(context, database));
    await database.reset();
    return {
      results,
      notes: [
        "pg_stat_statements counts a statement with its triggers and foreign keys, but neither its commit nor the fsync, " +
        "which both sides have in common: that ratio says how much more the trigger does, not how much longer it takes.",
      ],
    };
  },
};

/** Sessions that each run a loop with one commit a call; from the first begin to the last end by the server's clock. */
async function loops(
  { quick, progress }: BenchContext,
  database: BenchDatabase,
  count: number,
): Promise<Result> {
  const sessions = await openSessions(database, count);
  const each = Math.floor(Math.min(quick ? 400 : 600 + 100 * count, database.tenantCount) / count);
  const triggered: number[] = [];
  const inserted: number[] = [];
  const round = async (procedure: string): Promise<number> => {
    await database.reset();
    const times = await Promise.all(sessions.map(async (sql, n) => {
      // The first calls of each share plan and are not counted.
      const [first, last] = [n * each + 1, (n + 1) * each];
      await call(sql, procedure, first, first + 9);
      return await call(sql, procedure, first + 10, last);
    }));
    const milliseconds = Math.max(...times.map((t) => t.ended)) - Math.min(...times.map((t) => t.began));
    return count * (each - 10) / milliseconds * 1000;
  };
  for (let n = 1; n <= (quick ? 3 : 11); n++) {
    triggered.push(await round("loop_trigger"));
    inserted.push(await round("loop_insert"));
    progress(`loops in ${count} sessions, round ${n}`);
  }
  await Promise.all(sessions.map((sql) => sql.end()));
  return {
    benchmark: triggerServerSide.name,
    case: `with commit, ${count} session${count === 1 ? "" : "s"}`,
    unit: "calls/s",
    measured: percentile(triggered, 0.5),
    reference: percentile(inserted, 0.5),
    ratio: ratios(triggered, inserted),
    ...(count === 1 ? { goal: { atLeast: 0.5 } } : {}),
  };
}

async function call(
  sql: Sql,
  procedure: string,
  first: number,
  last: number,
): Promise<{ began: number; ended: number }> {
  // Without parameters, so that it is a simple query: a procedure that commits refuses to run inside anything else.
  const [times] = await sql.unsafe<{ began: number; ended: number }[]>(
    `call bench.${procedure}(${first}, ${last}, null, null)`,
  );
  if (times === undefined) throw new Error(`${procedure} returned nothing`);
  return times;
}

async function statements({ quick, progress }: BenchContext, database: BenchDatabase): Promise<Result> {
  const sessions = await openSessions(database, 1);
  const tenants = await database.tenants(1, quick ? 200 : 800);
  const triggered: number[] = [];
  const inserted: number[] = [];
  for (let n = 1; n <= (quick ? 3 : 11); n++) {
    triggered.push(
      await executionTime(database, sessions, tenants, callTrigger, "%trigger_integration_sync(%"),
    );
    inserted.push(
      await executionTime(database, sessions, tenants, insertBare, "insert into bench.bare_run_log%"),
    );
    progress(`pg_stat_statements, round ${n}`);
  }
  await Promise.all(sessions.map((sql) => sql.end()));
  return {
    benchmark: triggerServerSide.name,
    case: "statement alone",
    unit: "ms/call",
    measured: percentile(triggered, 0.5),
    reference: percentile(inserted, 0.5),
    // As a share of the insert's speed, like the lines above.
    ratio: ratios(inserted, triggered),
  };
}

async function executionTime(
  database: BenchDatabase,
  sessions: readonly Sql[],
  tenants: readonly BenchTenant[],
  call: Call,
  pattern: string,
): Promise<number> {
  await database.reset();
  await throughput(sessions, tenants.slice(0, 10), call);
  await database.admin`select extensions.pg_stat_statements_reset()`;
  await throughput(sessions, tenants.slice(10), call);
  const [row] = await database.admin<{ ms: number }[]>`
    select sum(s.total_exec_time) / sum(s.calls) as ms from extensions.pg_stat_statements s
    join pg_catalog.pg_database d on d.oid = s.dbid and d.datname = current_database()
    where s.toplevel and s.query like ${pattern}`;
  if (row === undefined) throw new Error(`pg_stat_statements knows no ${pattern}`);
  return row.ms;
}
