import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { callTrigger, insertBare, openSessions, writeAll } from "../calls.ts";
import type { BenchDatabase } from "../database.ts";
import { interleave } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

/** Trigger against bare insert by what the server's processes compute: neither the disk nor the machine's load counts. */
export const triggerProcessorTime: Benchmark = {
  name: "trigger-processor-time",
  description: "processor time of a press against a bare insert, and of the first press of a connection",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const results: Result[] = [];
    for (const sessions of [1, 4, 16]) results.push(...await loops(context, database, sessions));
    results.push(...await firstCalls(context, database));
    await database.reset();
    return { results };
  },
};

/** Sessions that each run a loop with one commit a call; the commit does not wait for the disk. */
async function loops(
  { quick, progress }: BenchContext,
  database: BenchDatabase,
  count: number,
): Promise<Result[]> {
  const sessions = await openSessions(database, count);
  const pids = await Promise.all(sessions.map(processOf));
  await Promise.all(sessions.map((sql) => sql`set synchronous_commit = off`));
  const each = Math.floor(Math.min(quick ? 400 : 600 + 100 * count, database.tenantCount) / count);
  const round = async (procedure: string): Promise<number> => {
    await database.reset();
    const call = (n: number, first: number, last: number) =>
      sessions[n]?.unsafe(`call bench.${procedure}(${n * each + first}, ${n * each + last}, null, null)`);
    // The first calls of each share plan and are not counted.
    await Promise.all(sessions.map((_, n) => call(n, 1, 10)));
    const begin = await processorTime(pids);
    await Promise.all(sessions.map((_, n) => call(n, 11, each)));
    return (await processorTime(pids) - begin) / (count * (each - 10));
  };
  const found = await interleave(quick ? 3 : 9, {
    trigger: () => round("loop_trigger"),
    writes: () => round("loop_writes"),
    insert: () => round("loop_insert"),
  }, (n) => progress(`${count} sessions, round ${n}`));
  await Promise.all(sessions.map((sql) => sql.end()));
  const name = `with commit, ${count} session${count === 1 ? "" : "s"}`;
  return [
    { ...share(name, found.trigger, found.insert), goal: { atLeast: 0.43 } },
    share(`${name}, its writes alone`, found.writes, found.insert),
  ];
}

/** What the first call of a new connection costs, which finds no plan and no cached row of the catalogue. */
async function firstCalls({ quick, progress }: BenchContext, database: BenchDatabase): Promise<Result[]> {
  const tenants = await database.tenants(1, 1);
  const first = (call: typeof callTrigger) => async (): Promise<number> => {
    await database.reset();
    const [session] = await openSessions(database, 1);
    const [tenant] = tenants;
    if (session === undefined || tenant === undefined) throw new Error("no session, or no tenant");
    const pid = await processOf(session);
    const begin = await processorTime([pid]);
    await call(session, tenant);
    const end = await processorTime([pid]);
    await session.end();
    return end - begin;
  };
  const found = await interleave(quick ? 5 : 25, {
    trigger: first(callTrigger),
    writes: first(writeAll),
    insert: first(insertBare),
  });
  progress("first calls");
  return [
    { ...times("first call of a connection", found.trigger, found.insert), goal: { atMost: 2.2 } },
    times("first call of a connection, its writes alone", found.writes, found.insert),
  ];
}

async function processOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (row === undefined) throw new Error("a session without a process");
  return row.pid;
}

/** Milliseconds that the kernel has given to these processes. */
async function processorTime(pids: readonly number[]): Promise<number> {
  const times = await Promise.all(
    pids.map(async (pid) => Number((await Deno.readTextFile(`/proc/${pid}/schedstat`)).split(" ")[0]) / 1e6),
  );
  return times.reduce((sum, time) => sum + time, 0);
}

/** Milliseconds of a call; the ratio is a share of the reference's speed. */
function share(name: string, measured: readonly number[], reference: readonly number[]): Result {
  return { ...times(name, measured, reference), ratio: ratios(reference, measured) };
}

/** Milliseconds of a call, against those of the reference. */
function times(name: string, measured: readonly number[], reference: readonly number[]): Result {
  return {
    benchmark: triggerProcessorTime.name,
    case: name,
    unit: "ms/call",
    measured: percentile(measured, 0.5),
    reference: percentile(reference, 0.5),
    ratio: ratios(measured, reference),
  };
}
