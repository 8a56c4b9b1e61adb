import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Goal, Result } from "../benchmark.ts";
import type { BenchDatabase } from "../database.ts";
import { expectCount } from "../calls.ts";
import { interleave, timed } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

const DUE = 100;

/** The scheduler's tick: with nothing due, and with 100 due among ever more integrations. */
export const tick: Benchmark = {
  name: "schedule-tick",
  description:
    "one tick: 100 due among many integrations against a plain claim and 100 bare inserts; idle against select 1",
  run: async (context) => {
    const sizes = context.quick ? [500, 2_000] : [1_000, 10_000, 100_000];
    const databases: Sized[] = [];
    for (const integrations of sizes) {
      context.progress(`${integrations} integrations`);
      const database = await (await context.server()).database({ rows: 0, scheduled: integrations });
      databases.push({ integrations, database, sql: database.asOwner() });
    }
    const results = [...await dueTicks(context, databases), ...await idleTicks(context, databases)];
    await Promise.all(databases.map(({ sql }) => sql.end()));
    return { results };
  },
};

interface Sized {
  readonly integrations: number;
  readonly database: BenchDatabase;
  /** As pg_cron calls the tick. */
  readonly sql: Sql;
}

async function dueTicks(context: BenchContext, databases: readonly Sized[]): Promise<Result[]> {
  const parts: Record<string, () => Promise<number>> = {};
  for (const sized of databases) {
    parts[`tick ${sized.integrations}`] = () => dueTick(sized);
    parts[`plain ${sized.integrations}`] = () => plainTick(sized);
  }
  const rounds = context.quick ? 3 : 25;
  const found = await interleave(rounds, parts, (round) => context.progress(`due ticks, round ${round}`));
  const times = (name: string): number[] => found[name] ?? [];
  const smallest = databases[0]?.integrations;
  return databases.flatMap(({ integrations }) => [
    result(
      `${DUE} due of ${integrations}, to a plain claim and ${DUE} bare inserts`,
      times(`tick ${integrations}`),
      times(`plain ${integrations}`),
      { atMost: 3 },
    ),
    ...(integrations === smallest ? [] : [
      result(
        `${DUE} due of ${integrations}, to ${DUE} due of ${smallest}`,
        times(`tick ${integrations}`),
        times(`tick ${smallest}`),
        { atMost: 1.2 },
      ),
    ]),
  ]);
}

async function dueTick({ database, sql }: Sized): Promise<number> {
  await prepareRound(database);
  const milliseconds = await timed(() => sql`select sync_scheduler.tick()`);
  const [last] = await database.admin<{ started: number; errors: unknown }[]>`
    select started, errors from sync_scheduler.ticks order by tick_id desc limit 1`;
  expectCount(`started runs (${JSON.stringify(last?.errors)})`, last?.started ?? 0, DUE);
  return milliseconds;
}

async function plainTick({ database, sql }: Sized): Promise<number> {
  await prepareRound(database);
  let claimed = 0;
  const milliseconds = await timed(async () => {
    const [row] = await sql<{ claimed: number }[]>`select bench.plain_tick(${DUE}) as claimed`;
    claimed = row?.claimed ?? 0;
  });
  expectCount("claimed", claimed, DUE);
  return milliseconds;
}

async function prepareRound(database: BenchDatabase): Promise<void> {
  await database.reset();
  await database.admin`call bench.make_due(${DUE})`;
}

async function idleTicks(context: BenchContext, databases: readonly Sized[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const { integrations, database, sql } of databases) {
    await database.reset();
    await database.admin`call bench.make_idle()`;
    await sql`select sync_scheduler.tick()`;
    const [state] = await sql<{ busy: number }[]>`select sync_scheduler.has_work()::int as busy`;
    expectCount("something due, for all that", state?.busy ?? 1, 0);
    const calls = context.quick ? 20 : 200;
    const found = await interleave(context.quick ? 3 : 15, {
      idle: () => median(calls, () => sql`select sync_scheduler.tick()`),
      nothing: () => median(calls, () => sql`select 1`),
    });
    results.push(
      result(`nothing due of ${integrations}, to select 1`, found.idle, found.nothing, { atMost: 5 }),
    );
  }
  return results;
}

async function median(calls: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < calls; n++) times.push(await timed(call));
  return percentile(times, 0.5);
}

function result(name: string, measured: readonly number[], reference: readonly number[], goal: Goal): Result {
  return {
    benchmark: tick.name,
    case: name,
    unit: "ms",
    measured: percentile(measured, 0.5),
    reference: percentile(reference, 0.5),
    ratio: ratios(measured, reference),
    goal,
  };
}
