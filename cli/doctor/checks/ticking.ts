import type { TransactionSql } from "postgres";
import { type Check, fail, type Finding, pass, warn } from "../check.ts";

/** Does the scheduler tick, and do its steps succeed? */
export const ticking: Check = {
  name: "ticking",
  healthy: "It ticks.",
  async examine({ look }) {
    return await look(async (tx) => {
      const [alive] = await tx<{ ticking: boolean; seconds: number | null }[]>`
        select sync_scheduler.is_ticking() as ticking,
          round(extract(epoch from now() - (
            select t.ticked_at from sync_scheduler.ticks t order by t.tick_id desc limit 1)))::int as seconds`;
      if (alive?.ticking !== true) return [await silent(tx, alive?.seconds ?? null)];
      const failed = await failedSteps(tx);
      if (failed.length > 0) return failed;
      return [
        pass(alive.seconds === null ? "Freshly installed." : `The last tick was ${alive.seconds} s ago.`),
      ];
    });
  },
};

/**
 * The steps that the last tick could not do. A short lock, such as a migration's, fails a step once, and the next tick
 * makes up for it. Only a step that fails again is a failure.
 */
async function failedSteps(tx: TransactionSql): Promise<Finding[]> {
  const steps = await tx<{ step: string; message: string; again: boolean }[]>`
    select e.key as step, e.value as message,
      coalesce((
        select before.errors ? e.key from sync_scheduler.ticks before
        where before.tick_id < last.tick_id order by before.tick_id desc limit 1), false) as again
    from (select tick_id, errors from sync_scheduler.ticks order by tick_id desc limit 1) last
    cross join lateral jsonb_each_text(last.errors) e`;
  const list = (again: boolean) =>
    steps.filter((step) => step.again === again).map(({ step, message }) => `${step} (${message})`).join(
      ", ",
    );
  const [always, once] = [list(true), list(false)];
  const SQL = "select sync_scheduler.tick();";
  return [
    ...always === ""
      ? []
      : [fail(`Tick after tick cannot do everything: ${always}. The SQL tries once more.`, SQL)],
    ...once === ""
      ? []
      : [warn(`The last tick could not do everything: ${once}. The SQL tries once more.`, SQL)],
  ];
}

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
