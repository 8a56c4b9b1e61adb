import type { TransactionSql } from "postgres";
import { type Check, fail, type Finding, pass } from "../check.ts";

const SHOW_ERRORS =
  "select ticked_at, errors from sync_scheduler.ticks where errors is not null order by tick_id desc limit 20;";

/** Does the scheduler tick, and do its steps succeed? */
export const ticking: Check = {
  name: "ticking",
  healthy: "It ticks.",
  async examine({ look }) {
    return await look(async (tx) => {
      const [alive] = await tx<{ ticking: boolean; seconds: number | null }[]>`
        select sync_scheduler.is_ticking() as ticking,
          round(extract(epoch from now() - sync_scheduler.last_tick_at()))::int as seconds`;
      if (alive?.ticking !== true) return [await silent(tx, alive?.seconds ?? null)];
      const failed = await tx<{ step: string; message: string }[]>`
        select e.key as step, e.value as message
        from (select errors from sync_scheduler.ticks order by tick_id desc limit 1) t
        cross join lateral jsonb_each_text(t.errors) e`;
      if (failed.length > 0) {
        const steps = failed.map(({ step, message }) => `${step} (${message})`).join(", ");
        return [fail(`The last tick could not do everything: ${steps}.`, SHOW_ERRORS)];
      }
      return [
        pass(alive.seconds === null ? "Freshly installed." : `The last tick was ${alive.seconds} s ago.`),
      ];
    });
  },
};

/** By hand it ticks at once; whether it goes on is up to pg_cron, whose own record says most. */
async function silent(tx: TransactionSql, seconds: number | null): Promise<Finding> {
  const [last] = await tx<{ status: string; message: string | null }[]>`
    select d.status, d.return_message as message
    from cron.job_run_details d join cron.job j on j.jobid = d.jobid
    where j.jobname like 'sync-scheduler-tick%' order by d.runid desc limit 1`;
  const when = seconds === null ? "The scheduler has never ticked" : `The last tick was ${seconds} s ago`;
  const why = last === undefined
    ? "pg_cron has not run its jobs"
    : `pg_cron says of its job: ${last.status}${last.message === null ? "" : `, ${last.message}`}`;
  return fail(
    `${when}; ${why}. The SQL ticks once; if nothing follows by itself, restart the database.`,
    "select sync_scheduler.tick();",
  );
}
