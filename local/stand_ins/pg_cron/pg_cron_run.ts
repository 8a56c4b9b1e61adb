import postgres from "postgres";

/** One run of one job. */
export interface CronRun {
  readonly jobid: string;
  readonly command: string;
  readonly username: string;
  /** Superuser connection that records the run. */
  readonly log: postgres.Sql;
  readonly dbUrl: string;
  readonly stopping: AbortSignal;
}

/**
 * Runs a job's command in a connection of its own, signed in as the job's user, and records it. "succeeded" means
 * that the SQL ran, and nothing more.
 */
export async function runCronJob(run: CronRun): Promise<void> {
  const { jobid, command, username, log } = run;
  const [row] = await log<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status, start_time)
    values (${jobid}, current_database(), ${username}, ${command}, 'starting', clock_timestamp())
    returning runid::text`;
  const runid = row?.runid ?? null;
  const url = new URL(run.dbUrl);
  url.username = encodeURIComponent(username);
  const session = postgres(url.href, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "pg_cron" },
  });
  const abort = (): void => void session.end({ timeout: 0 });
  run.stopping.addEventListener("abort", abort);
  let status = "succeeded";
  let message: string;
  try {
    const [backend] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await log`update cron.job_run_details set status = 'running', job_pid = ${backend?.pid ?? null}
      where runid = ${runid}`;
    message = describe(await session.unsafe(command));
  } catch (error) {
    status = "failed";
    message = `ERROR:  ${error instanceof Error ? error.message : String(error)}\n`;
  } finally {
    run.stopping.removeEventListener("abort", abort);
    await session.end({ timeout: 0 });
  }
  if (run.stopping.aborted) return;
  await log`
    update cron.job_run_details set status = ${status}, return_message = ${message}, end_time = clock_timestamp()
    where runid = ${runid}`;
}

/** What libpq would report: the number of rows of a query, else the command's tag. */
function describe(result: unknown): string {
  const last: unknown = Array.isArray(result) && Array.isArray(result.at(-1)) ? result.at(-1) : result;
  const { command, count } = last as { command?: string; count?: number | null };
  if (command === "SELECT") return count === 1 ? "1 row" : `${count ?? 0} rows`;
  return [command, count].filter((part) => part !== undefined && part !== null).join(" ");
}
