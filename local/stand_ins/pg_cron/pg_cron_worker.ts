import type postgres from "postgres";
import { openWorkerConnection, type WorkerConnection } from "../../postgres/worker_connection.ts";
import { type CronSchedule, readCronSchedule } from "./pg_cron_schedule.ts";
import { runCronJob } from "./pg_cron_run.ts";
import type { Worker } from "../pg_net/pg_net_worker.ts";
import { delay } from "../../wait.ts";

/** Each look costs a millisecond of processor time, and the tests run some platforms at once. */
const POLL_MS = 200;
const MINUTE_MS = 60_000;

interface JobRow {
  readonly jobid: string;
  readonly schedule: string;
  /** Null when the schedule is a known one. */
  readonly parsed: unknown;
  readonly command: string;
  readonly username: string;
}

interface JobState {
  row: JobRow;
  schedule: CronSchedule;
  /** When the last run started, or the job became known. Monotonic milliseconds. */
  lastStart: number;
  /** Times that it became due while it was still running: it runs again at once. */
  pending: number;
  /** Gives up the run that is under way. */
  running: AbortController | null;
}

/** Plays pg_cron's launcher: one instance of a job at a time, each run in its own connection. */
export function startPgCronWorker({ dbUrl }: { dbUrl: string }): Worker {
  const stopping = new AbortController();
  const connection = openWorkerConnection(dbUrl, { name: "pg_cron scheduler", max: 4 });
  const runs = new Set<Promise<void>>();
  const done = loop(connection, dbUrl, runs, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await done;
      await Promise.allSettled(runs);
      await connection.end();
    },
  };
}

async function loop(
  connection: WorkerConnection,
  dbUrl: string,
  runs: Set<Promise<void>>,
  stopping: AbortSignal,
): Promise<void> {
  let jobs = new Map<string, JobState>();
  let fresh = true;
  let minute = currentMinute();
  while (!stopping.aborted) {
    const { sql } = connection;
    try {
      if (fresh && !await isInstalled(sql)) {
        await delay(POLL_MS, stopping);
        continue;
      }
      if (fresh) {
        // As the real one after a restart: what was running is marked, without an end, and time begins at the
        // current minute.
        await sql`
          update cron.job_run_details set status = 'failed', return_message = 'server restarted'
          where status in ('starting', 'running')`;
        minute = currentMinute();
      }
      jobs = refresh(jobs, await activeJobs(sql, jobs), fresh);
      fresh = false;
      const now = currentMinute();
      markDue(jobs, minutesAfter(minute, now));
      minute = now;
      for (const job of jobs.values()) startIfDue(job, sql, dbUrl, runs, stopping);
    } catch {
      // The server is away, or the database was made anew.
      fresh = true;
      jobs = new Map();
      if (!stopping.aborted) connection.replace();
    }
    // The real one wakes up at the start of a minute, too.
    await delay(Math.min(POLL_MS, MINUTE_MS - Date.now() % MINUTE_MS), stopping);
  }
}

async function isInstalled(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`select to_regclass('cron.job') is not null as found`;
  return row?.found === true;
}

/** Parsing costs more than the rest of the query, which is asked five times a second: only what is new is parsed. */
function activeJobs(sql: postgres.Sql, known: Map<string, JobState>): Promise<JobRow[]> {
  const jobids = [...known.keys()];
  const schedules = [...known.values()].map(({ row }) => row.schedule);
  return sql<JobRow[]>`
    select jobid::text, schedule, command, username, case when k.jobid is null then cron._parse_schedule(schedule) end as parsed
    from cron.job left join unnest(${jobids}::bigint[], ${schedules}::text[]) k (jobid, schedule) using (jobid, schedule)
    where active and database = current_database()`;
}

function refresh(
  known: Map<string, JobState>,
  rows: readonly JobRow[],
  serverStarted: boolean,
): Map<string, JobState> {
  const jobs = new Map(rows.map((row) => {
    const job = known.get(row.jobid);
    if (job === undefined) {
      const schedule = readCronSchedule(row.parsed);
      const pending = serverStarted && schedule.kind === "server start" ? 1 : 0;
      const lastStart = performance.now();
      return [row.jobid, { row, schedule, lastStart, pending, running: null } satisfies JobState];
    }
    // A new interval counts from the last start, not from the change.
    if (job.row.schedule !== row.schedule) job.schedule = readCronSchedule(row.parsed);
    job.row = row;
    return [row.jobid, job];
  }));
  for (const [jobid, job] of known) if (!jobs.has(jobid)) job.running?.abort();
  return jobs;
}

/**
 * The minutes that began since the last look. After a pause of up to five minutes the real one makes up for each. Its
 * rules for longer pauses, and for changes of the clock, are not needed here.
 */
function minutesAfter(last: number, now: number): Date[] {
  const passed = (now - last) / MINUTE_MS;
  if (passed <= 0) return [];
  const first = passed <= 5 ? last + MINUTE_MS : now;
  return Array.from({ length: (now - first) / MINUTE_MS + 1 }, (_, i) => new Date(first + i * MINUTE_MS));
}

function markDue(jobs: Map<string, JobState>, minutes: readonly Date[]): void {
  const now = performance.now();
  for (const job of jobs.values()) {
    const { schedule } = job;
    if (schedule.kind === "minutes") {
      job.pending += minutes.filter((minute) => schedule.isDue(minute)).length;
    } else if (schedule.kind === "interval") {
      if (job.pending === 0 && now - job.lastStart >= schedule.seconds * 1000) job.pending = 1;
    }
  }
}

function startIfDue(
  job: JobState,
  sql: postgres.Sql,
  dbUrl: string,
  runs: Set<Promise<void>>,
  stopping: AbortSignal,
): void {
  if (job.running !== null || job.pending === 0) return;
  job.pending--;
  job.lastStart = performance.now();
  const cancel = new AbortController();
  job.running = cancel;
  const run = runCronJob({ ...job.row, log: sql, dbUrl, canceled: cancel.signal, stopping })
    // Without a server there is nowhere to record it; the next start of the loop marks it.
    .catch(() => {})
    .finally(() => {
      job.running = null;
      runs.delete(run);
    });
  runs.add(run);
}

function currentMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}
