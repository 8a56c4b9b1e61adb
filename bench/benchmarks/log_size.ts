import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { callTrigger } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { timed } from "../interleave.ts";
import { databasesBySize, logSizes } from "../log_sizes.ts";
import { percentile, ratios } from "../statistics.ts";

/** What is measured of each call, in milliseconds. */
type Measure = "trigger" | "committed" | "insert";

interface Subject {
  readonly name: string;
  /** Its plans were made while the log was empty. */
  readonly stale: boolean;
  readonly database: BenchDatabase;
  readonly coordinator: Sql;
  readonly tenant: BenchTenant;
  readonly samples: Record<Measure, number[][]>;
}

/** Latency of the trigger on an integration that owns a fifth of the log. */
export const logSize: Benchmark = {
  name: "log-size",
  description: "trigger latency with 0, 100,000 and 1,000,000 rows in the log, against 0 rows (goal 1.1)",
  run: async (context) => {
    const subjects = await makeSubjects(context);
    const rounds = context.quick ? 3 : 15;
    const calls = context.quick ? 20 : 60;
    for (let round = 0; round <= rounds; round++) {
      // A plan that reads the whole log takes its time: few calls show it well enough.
      for (const subject of subjects) await measure(subject, subject.stale ? Math.ceil(calls / 12) : calls);
      // The first round reads what is cold into the caches.
      if (round === 0) subjects.forEach(forget);
      else context.progress(`round ${round}`);
    }
    const [reference] = subjects;
    if (reference === undefined) return { results: [] };
    return {
      results: subjects.filter((subject) => subject !== reference).flatMap((subject) => [
        ...compare(subject, reference, "trigger", "trigger without commit", true),
        ...compare(subject, reference, "committed", "trigger by a client", false),
        ...compare(subject, reference, "insert", "bare insert into this log", false),
      ]),
    };
  },
};

async function makeSubjects(context: BenchContext): Promise<Subject[]> {
  const subjects = [];
  for (const { rows, database } of await databasesBySize(context)) {
    subjects.push(await makeSubject(`${rows} rows`, database, false));
  }
  const rows = logSizes(context.quick).at(-1) ?? 0;
  context.progress(`a log of ${rows} rows that was planned for while it was empty`);
  const database = await (await context.server()).database({ rows, stale: "latency" });
  const stale = await makeSubject(`${rows} rows, planned when empty`, database, true);
  // This connection now has its plans, made for an empty log; they outlive the filling.
  await measure(stale, 10);
  forget(stale);
  await database.fill(rows);
  return [...subjects, stale];
}

async function makeSubject(name: string, database: BenchDatabase, stale: boolean): Promise<Subject> {
  const [tenant] = await database.tenants(1, 1);
  if (tenant === undefined) throw new Error("there is no tenant 1");
  const coordinator = await database.asCoordinator();
  return { name, stale, database, coordinator, tenant, samples: { trigger: [], committed: [], insert: [] } };
}

function forget({ samples }: Subject): void {
  samples.trigger = [];
  samples.committed = [];
  samples.insert = [];
}

async function measure({ database, coordinator, tenant, samples }: Subject, calls: number): Promise<void> {
  const { orgId, integrationId } = tenant;
  samples.trigger.push(await inServer(coordinator, `time_trigger('${orgId}', ${calls}, null)`));
  samples.insert.push(
    await inServer(database.admin, `time_insert('${orgId}', '${integrationId}', ${calls}, null)`),
  );
  const committed: number[] = [];
  for (let n = 0; n < calls; n++) {
    committed.push(await timed(() => callTrigger(coordinator, tenant)));
    // Outside of the time: the next call would find an active run. The attempt goes with it.
    await database.admin`delete from public.sync_run_log
      where integration_id = ${integrationId} and status = 'pending'`;
  }
  samples.committed.push(committed);
  await database.admin`truncate net.http_request_queue`;
}

async function inServer(sql: Sql, call: string): Promise<number[]> {
  const [row] = await sql.unsafe<{ milliseconds: number[] }[]>(`call bench.${call}`);
  return row?.milliseconds ?? [];
}

function compare(
  subject: Subject,
  reference: Subject,
  measure: Measure,
  what: string,
  hasGoal: boolean,
): Result[] {
  return [0.5, 0.95].map((share): Result => {
    const own = subject.samples[measure].map((round) => percentile(round, share));
    const others = reference.samples[measure].map((round) => percentile(round, share));
    return {
      benchmark: logSize.name,
      case: `${what}, ${subject.name}, p${share * 100}`,
      unit: "ms",
      measured: percentile(own, 0.5),
      reference: percentile(others, 0.5),
      ratio: ratios(own, others),
      ...(hasGoal && share === 0.5 ? { goal: { atMost: 1.1 } } : {}),
    };
  });
}
