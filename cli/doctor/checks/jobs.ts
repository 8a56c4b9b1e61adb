import { type Check, fail } from "../check.ts";
import { literal } from "../quote.ts";
import { rehearse } from "../rehearse.ts";

/** A job of pg_cron, without its id: a new one has none yet. */
interface Job {
  readonly jobname: string;
  readonly schedule: string;
  readonly command: string;
  readonly database: string;
}

/** Are the bundle's pg_cron jobs there, as it schedules them, and active? */
export const jobs: Check = {
  name: "jobs",
  healthy: "Every job is there and active.",
  async examine({ look, schemas }) {
    return await look(async (tx) => {
      const [cron] = await tx<{ there: boolean }[]>`select to_regclass('cron.job') is not null as there`;
      if (cron?.there !== true) {
        return [fail("No job is there, for pg_cron is not.", statements(schemas.jobs))];
      }
      const paused = await tx<{ jobid: string; jobname: string }[]>`
        select jobid, jobname from cron.job where jobname like 'sync-scheduler-%' and not active order by jobid`;
      const { added, removed } = await rehearse(tx, [schemas.jobs], async (tx) =>
        await tx<Job[]>`
          select jobname, schedule, command, database from cron.job where jobname like 'sync-scheduler-%'
          order by jobname`);
      return [
        ...added.map(({ jobname, schedule, command }) =>
          fail(
            removed.some((job) => job.jobname === jobname)
              ? `The job ${jobname} is not as the bundle schedules it.`
              : `The job ${jobname} is missing.`,
            `select cron.schedule(${[jobname, schedule, command].map(literal).join(", ")});`,
          )
        ),
        ...paused.map(({ jobid, jobname }) =>
          fail(`The job ${jobname} is paused.`, `select cron.alter_job(${jobid}, active := true);`)
        ),
      ];
    });
  },
};

/** Without the comments around them. */
function statements(sql: string): string {
  return sql.replace(/^--.*\n/gm, "").trim();
}
