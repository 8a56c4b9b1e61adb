/**
 * Tests in which nothing may happen but what they do.
 *
 * @module
 */
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";

/**
 * Pauses pg_cron's jobs of an embedded platform, and waits until none of them is at work: a tick that had begun would do
 * its part in the middle of the test.
 *
 * @param admin A connection as a superuser.
 * @param jobs Which ones, as a pattern of LIKE; all by default.
 */
export async function pauseJobs(admin: Sql, jobs = "%"): Promise<void> {
  await admin`update cron.job set active = false where jobname like ${jobs}`;
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
