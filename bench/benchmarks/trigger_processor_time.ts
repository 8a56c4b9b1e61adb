import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { type Call, callTrigger, insertBare, openSessions, throughput, writeAll } from "../calls.ts";
import type { BenchDatabase } from "../database.ts";
import { interleave } from "../interleave.ts";
import { processOf, processorTime } from "../processor_time.ts";
import { percentile, ratios } from "../statistics.ts";

/** Trigger against bare insert by what the server's processes compute: neither the disk nor the machine's load counts. */
export const triggerProcessorTime: Benchmark = {
  name: "trigger-processor-time",
  description: "processor time of a press against a bare insert, and of the first press of a connection",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const results: Result[] = [];
    for (const sessions of [1, 4, 16]) results.push(...await calls(context, database, sessions));
    results.push(...await firstCalls(context, database));
    await database.reset();
    return { results };
  },
};

/** Sessions that call one after another; a commit does not wait for the disk. */
async function calls(
  { quick, progress }: BenchContext,
  database: BenchDatabase,
  count: number,
): Promise<Result[]> {
  const sessions = await openSessions(database, count);
  const pids = await Promise.all(sessions.map(processOf));
  await Promise.all(sessions.map((sql) => sql`select set_config('synchronous_commit', 'off', false)`));
  const warmUp = 10 * count;
  const tenants = await database.tenants(1, warmUp + (quick ? 200 : 400 + 50 * count));
  const round = async (call: Call): Promise<number> => {
    await database.reset();
    // The first calls of each session plan and are not counted.
    await Promise.all(sessions.map((sql, n) => throughput([sql], tenants.slice(n * 10, n * 10 + 10), call)));
    const begin = await processorTime(pids);
    await throughput(sessions, tenants.slice(warmUp), call);
    return (await processorTime(pids) - begin) / (tenants.length - warmUp);
  };
  const found = await interleave(quick ? 3 : 9, {
    trigger: () => round(callTrigger),
    writes: () => round(writeAll),
    insert: () => round(insertBare),
  }, (n) => progress(`${count} sessions, round ${n}`));
  await Promise.all(sessions.map((sql) => sql.end()));
  const name = `${count} session${count === 1 ? "" : "s"}`;
  return [
    { ...share(name, found.trigger, found.insert), goal: { atLeast: 0.43 } },
    share(`${name}, its writes alone`, found.writes, found.insert),
    { ...times(`${name}, against its writes alone`, found.trigger, found.writes), goal: { atMost: 1.35 } },
  ];
}

/** What the first call of a new connection costs, which finds no plan and no cached row of the catalogue. */
async function firstCalls({ quick, progress }: BenchContext, database: BenchDatabase): Promise<Result[]> {
  const tenants = await database.tenants(1, 1);
  const first = (call: Call) => async (): Promise<number> => {
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
