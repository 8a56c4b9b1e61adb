import postgres from "postgres";

/** One run of one job. */
export interface CronRun {
  readonly jobid: string;
  readonly command: string;
  readonly username: string;
  /** Superuser connection that records the run. */
  readonly log: postgres.Sql;
  readonly dbUrl: string;
  /** The job was paused or unscheduled: the run is given up. */
  readonly canceled: AbortSignal;
  readonly stopping: AbortSignal;
}

/**
 * Runs a job's command in a connection of its own, signed in as the job's user, and records it. "succeeded" only means
 * that the SQL ran. A run that is given up is recorded as failed at once, but as in the real one its SQL goes on, and
 * may commit: nothing cancels the statement.
 *
 * The real one also shows "connecting" and "sending" for a few milliseconds.
 */
export async function runCronJob(run: CronRun): Promise<void> {
  const { jobid, command, username, log, canceled, stopping } = run;
  const [row] = await log<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status)
    values (${jobid}, current_database(), ${username}, ${command}, 'starting')
    returning runid::text`;
  const runid = row?.runid ?? null;
  const url = new URL(run.dbUrl);
  url.username = encodeURIComponent(username);
  const session = postgres(url.href, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "pg_cron" },
  });
  const end = (): Promise<void> => session.end({ timeout: 0 });
  const abort = (): void => void end();
  stopping.addEventListener("abort", abort);
  const execution = execute(session, command, canceled, async (pid) => {
    await log`
      update cron.job_run_details set status = 'running', job_pid = ${pid}, start_time = clock_timestamp()
      where runid = ${runid}`;
  }).finally(async () => {
    stopping.removeEventListener("abort", abort);
    await end();
  });
  const givenUp = new Promise<Outcome>((resolve) => {
    canceled.addEventListener("abort", () => resolve(CANCELED));
  });
  const { status, message } = await Promise.race([execution, givenUp]);
  if (stopping.aborted) return;
  await log`
    update cron.job_run_details set status = ${status}, return_message = ${message}, end_time = clock_timestamp()
    where runid = ${runid}`;
}

interface Outcome {
  readonly status: "succeeded" | "failed";
  readonly message: string;
}

const CANCELED: Outcome = { status: "failed", message: "job canceled" };

async function execute(
  session: postgres.Sql,
  command: string,
  canceled: AbortSignal,
  onRunning: (pid: number | null) => Promise<void>,
): Promise<Outcome> {
  let backend: { pid: number } | undefined;
  try {
    [backend] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  } catch {
    return { status: "failed", message: "connection failed" };
  }
  if (canceled.aborted) return CANCELED;
  await onRunning(backend?.pid ?? null);
  try {
    return describe(command, await session.unsafe(command));
  } catch (error) {
    return { status: "failed", message: describeError(command, error) };
  }
}

/** The last result as libpq reports it: the number of rows of a query, else the command's tag. */
function describe(sent: string, result: unknown): Outcome {
  // Worse than a failure in the real one: its launcher then spins, and no job of any database runs until a restart.
  if (/^\s*copy\s/i.test(sent)) return { status: "failed", message: "COPY not supported" };
  const last: unknown = Array.isArray(result) && Array.isArray(result.at(-1)) ? result.at(-1) : result;
  const { command, count, length } = last as {
    command?: string | null;
    count?: number | null;
    length: number;
  };
  // The driver does not distinguish a tag with RETURNING from one without.
  if (!command || /^(SELECT|EXPLAIN|SHOW|FETCH)$/.test(command)) {
    const rows = command === "SELECT" ? count ?? 0 : length;
    return { status: "succeeded", message: rows === 1 ? "1 row" : `${rows} rows` };
  }
  const tag = command === "INSERT" ? ["INSERT 0", count] : [command, count];
  return { status: "succeeded", message: tag.filter((part) => (part ?? null) !== null).join(" ") };
}

function describeError(sent: string, error: unknown): string {
  if (!(error instanceof postgres.PostgresError)) {
    return "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n" +
      "\tbefore or while processing the request.\n";
  }
  const lines = [`${error.severity}:  ${error.message}`];
  const before = error.position === undefined ? null : sent.slice(0, Number(error.position) - 1).split("\n");
  if (before !== null) {
    const label = `LINE ${before.length}: `;
    lines.push(label + (sent.split("\n")[before.length - 1] ?? ""));
    lines.push(" ".repeat(label.length + (before.at(-1)?.length ?? 0)) + "^");
  }
  if (error.detail) lines.push(`DETAIL:  ${error.detail}`);
  if (error.hint) lines.push(`HINT:  ${error.hint}`);
  if (error.where) lines.push(`CONTEXT:  ${error.where}`);
  return lines.join("\n") + "\n";
}
