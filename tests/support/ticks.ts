/**
 * Tests in which nothing may happen but what they do.
 *
 * @module
 */
import type { Sql } from "postgres";
import { readEnvironment } from "../../local/environment.ts";
import { until } from "../../local/wait.ts";

/**
 * Pauses pg_cron's jobs, and waits until none of them is at work: a tick that had begun would do
 * its part in the middle of the test.
 *
 * @param admin A connection as a superuser.
 * @param jobs Which ones, as a pattern of LIKE; all by default.
 */
export async function pauseJobs(admin: Sql, jobs = "%"): Promise<void> {
  await admin`update cron.job set active = false where jobname like ${jobs}`;
  await untilJobsRest(admin);
}

/**
 * Makes pg_cron of an embedded platform look away from all jobs, until the function that it returns is called. A reader
 * sees them as active as ever.
 *
 * @param admin A connection as a superuser.
 */
export async function hideJobs(admin: Sql): Promise<(admin: Sql) => Promise<void>> {
  await admin`update cron.job set database = 'another'`;
  await untilJobsRest(admin);
  return async (admin) => {
    await admin`update cron.job set database = current_database()`;
    // It may have been for long, and the scheduler must not count as dead until the next tick.
    await admin`select sync_scheduler.tick()`;
  };
}

/** Waits until what was changed of the jobs is known, and none of them is at work. */
async function untilJobsRest(admin: Sql): Promise<void> {
  if (readEnvironment().kind !== "embedded") return await untilTheirJobsRest(admin);
  const [paused] = await admin<{ at: string }[]>`select clock_timestamp()::text as at`;
  await until("pg_cron to rest", async () => {
    // A look at the jobs that began later knows that they are paused. What an earlier one has started is given up, but as in
    // the real one its SQL goes on.
    const [row] = await admin<{ rests: boolean }[]>`
      select exists (
        select from pg_stat_activity where application_name = 'pg_cron scheduler'
          and query like '%cron._parse_schedule%' and query_start > ${paused?.at ?? ""}::text::timestamptz
      ) and not exists (select from pg_stat_activity where application_name = 'pg_cron') as rests`;
    return row?.rests === true;
  });
}

/** The same of any pg_cron. It reads all jobs at once: when it has run a job that is newer, it knows the change, too. */
async function untilTheirJobsRest(admin: Sql): Promise<void> {
  const [job] = await admin<{ id: string }[]>`
    select cron.schedule(${`a probe of a test ${crypto.randomUUID()}`}, '1 second', 'select 1')::text as id`;
  try {
    await until("pg_cron to rest", async () => {
      const [row] = await admin<{ rests: boolean }[]>`
        select bool_or(jobid = ${job?.id ?? ""} and status = 'succeeded')
          and not bool_or(jobid <> ${
        job?.id ?? ""
      } and status in ('starting', 'connecting', 'sending', 'running')) as rests
        from cron.job_run_details`;
      return row?.rests === true;
    });
  } finally {
    await admin`select cron.unschedule(${job?.id ?? ""}::bigint)`;
  }
}
