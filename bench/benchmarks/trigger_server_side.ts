import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Goal, Result } from "../benchmark.ts";
import { type Call, callTrigger, insertBare, openSessions, throughput, writeAll } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { interleave } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

/** Trigger against bare insert, seen by the server: no client that takes its time with both and flatters the ratio. */
export const triggerServerSide: Benchmark = {
  name: "trigger-server-side",
  description: "the same inside the server: with commits (loops in a procedure), and statements alone",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const results: Result[] = [];
    for (const sessions of [1, 4, 16]) results.push(...await loops(context, database, sessions));
    results.push(...await statements(context, database));
    await database.reset();
    return {
      results,
      notes: [
        "pg_stat_statements counts a statement with its triggers and foreign keys, but neither its commit nor the fsync, " +
        "which both sides have in common: that ratio says how much more the trigger does, not how much longer it takes.",
        "'its writes alone' are the run, its attempt and the queued request, with no check and no look: what is left for any trigger.",
      ],
    };
  },
};

/** Sessions that each run a loop with one commit a call; from the first begin to the last end by the server's clock. */
async function loops(
  { quick, progress }: BenchContext,
  database: BenchDatabase,
  count: number,
): Promise<Result[]> {
  const sessions = await openSessions(database, count);
  const each = Math.floor(Math.min(quick ? 400 : 600 + 100 * count, database.tenantCount) / count);
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
  const found = await interleave(quick ? 3 : 11, {
    trigger: () => round("loop_trigger"),
    writes: () => round("loop_writes"),
    insert: () => round("loop_insert"),
  }, (n) => progress(`loops in ${count} sessions, round ${n}`));
  await Promise.all(sessions.map((sql) => sql.end()));
  const name = `with commit, ${count} session${count === 1 ? "" : "s"}`;
  return [
    faster(name, found.trigger, found.insert, count === 1 ? { atLeast: 0.5 } : undefined),
    faster(`${name}, its writes alone`, found.writes, found.insert),
  ];
}

/** Calls per second against those of the reference. */
function faster(
  name: string,
  measured: readonly number[],
  reference: readonly number[],
  goal?: Goal,
): Result {
  return {
    benchmark: triggerServerSide.name,
    case: name,
    unit: "calls/s",
    measured: percentile(measured, 0.5),
    reference: percentile(reference, 0.5),
    ratio: ratios(measured, reference),
    ...(goal === undefined ? {} : { goal }),
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

async function statements({ quick, progress }: BenchContext, database: BenchDatabase): Promise<Result[]> {
  const sessions = await openSessions(database, 1);
  const tenants = await database.tenants(1, quick ? 200 : 800);
  const time = (call: Call, pattern: string) => () =>
    executionTime(database, sessions, tenants, call, pattern);
  const found = await interleave(quick ? 3 : 11, {
    trigger: time(callTrigger, "%trigger_integration_sync(%"),
    writes: time(writeAll, "%bench.write_all(%"),
    insert: time(insertBare, "insert into bench.bare_run_log%"),
  }, (n) => progress(`pg_stat_statements, round ${n}`));
  await Promise.all(sessions.map((sql) => sql.end()));
  return [
    cheaper("statement alone", found.trigger, found.insert),
    cheaper("statement alone, its writes alone", found.writes, found.insert),
  ];
}

/** Milliseconds of a call; the ratio is a share of the reference's speed, like those of the loops. */
function cheaper(name: string, measured: readonly number[], reference: readonly number[]): Result {
  return {
    benchmark: triggerServerSide.name,
    case: name,
    unit: "ms/call",
    measured: percentile(measured, 0.5),
    reference: percentile(reference, 0.5),
    ratio: ratios(reference, measured),
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
