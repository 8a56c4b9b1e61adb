import type postgres from "postgres";
import { openWorkerConnection, type WorkerConnection } from "../../postgres/worker_connection.ts";
import { type CronSchedule, parseCronSchedule } from "./pg_cron_schedule.ts";
import { runCronJob } from "./pg_cron_run.ts";
import type { Worker } from "../pg_net/pg_net_worker.ts";
import { delay } from "../../wait.ts";

const POLL_MS = 100;
const MINUTE_MS = 60_000;

interface JobRow {
  readonly jobid: string;
  readonly schedule: string;
  readonly command: string;
  readonly username: string;
}

interface JobState {
  row: JobRow;
  schedule: CronSchedule;
  /** Of an interval: when it last became due. Monotonic milliseconds. */
  lastDue: number;
  /** Times that it became due while it was still running: it runs again at once. */
  pending: number;
  running: boolean;
}

/** Stands in for pg_cron's launcher: one instance of a job at a time, each run in its own connection. */
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
        // As the real one after a restart: what was running is marked, and time begins at the current minute.
        await sql`
          update cron.job_run_details set status = 'failed', return_message = 'server restarted', end_time = now()
          where status in ('starting', 'running')`;
        minute = currentMinute();
      }
      jobs = refresh(jobs, await activeJobs(sql));
      fresh = false;
      const now = currentMinute();
      markDue(jobs, now > minute ? new Date(now) : null);
      minute = now;
      for (const job of jobs.values()) startIfDue(job, sql, dbUrl, runs, stopping);
    } catch {
      // The server is away, or the database was made anew.
      fresh = true;
      jobs = new Map();
      if (!stopping.aborted) connection.replace();
    }
    await delay(POLL_MS, stopping);
  }
}

async function isInstalled(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`select to_regclass('cron.job') is not null as found`;
  return row?.found === true;
}

function activeJobs(sql: postgres.Sql): Promise<JobRow[]> {
  return sql<JobRow[]>`
    select jobid::text, schedule, command, username from cron.job
    where active and database = current_database()`;
}

function refresh(known: Map<string, JobState>, rows: readonly JobRow[]): Map<string, JobState> {
  return new Map(rows.map((row) => {
    const job = known.get(row.jobid);
    if (job === undefined || job.row.schedule !== row.schedule) {
      const schedule = parseCronSchedule(row.schedule);
      const state: JobState = job ?? { row, schedule, lastDue: 0, pending: 0, running: false };
      state.lastDue = performance.now();
      state.schedule = schedule;
      state.row = row;
      return [row.jobid, state];
    }
    job.row = row;
    return [row.jobid, job];
  }));
}

function markDue(jobs: Map<string, JobState>, newMinute: Date | null): void {
  const now = performance.now();
  for (const job of jobs.values()) {
    if (job.schedule.kind === "minutes") {
      if (newMinute !== null && job.schedule.isDue(newMinute)) job.pending++;
    } else if (!job.running && job.pending === 0 && now - job.lastDue >= job.schedule.seconds * 1000) {
      job.lastDue = now;
      job.pending = 1;
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
  if (job.running || job.pending === 0) return;
  job.pending--;
  job.running = true;
  const run = runCronJob({ ...job.row, log: sql, dbUrl, stopping })
    // Without a server there is nowhere to record it; the next start of the loop marks it.
    .catch(() => {})
    .finally(() => {
      job.running = false;
      runs.delete(run);
    });
  runs.add(run);
}

function currentMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}
