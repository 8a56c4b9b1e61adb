/** What the scheduler relies on in pg_cron. Passes on the real extension and on the stand-in. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";
import { usePlatform } from "../support/platform.ts";

interface RunDetails {
  readonly status: string;
  readonly return_message: string | null;
  readonly start_time: Date;
  readonly end_time: Date;
}

/** Runs `work` with a job name of its own and takes the job back afterwards. */
async function withJob(work: (sql: Sql, job: string) => Promise<void>): Promise<void> {
  const platform = await usePlatform();
  await using database = platform.connect();
  const job = `test-${crypto.randomUUID()}`;
  try {
    await work(database.sql, job);
  } finally {
    await database.sql`select cron.unschedule(jobname) from cron.job where jobname = ${job}`;
  }
}

function endedRuns(sql: Sql, job: string, count: number): Promise<RunDetails[]> {
  return until(`${count} runs of the job`, async () => {
    const rows = await sql<RunDetails[]>`
      select d.status, d.return_message, d.start_time, d.end_time
      from cron.job_run_details d join cron.job j using (jobid)
      where j.jobname = ${job} and d.end_time is not null and d.status in ('succeeded', 'failed')
      order by d.runid`;
    return rows.length >= count && [...rows];
  }, { timeoutMs: 30_000 });
}

Deno.test("cron.schedule changes the job of the same name and leaves a paused one paused", async () => {
  await withJob(async (sql, job) => {
    const [first] = await sql`select cron.schedule(${job}, '0 0 1 1 *', 'select 1') as id`;
    await sql`select cron.alter_job(${first?.id}, active := false)`;
    const [second] = await sql`select cron.schedule(${job}, '30 seconds', 'select 2') as id`;
    assert.equal(second?.id, first?.id);
    const rows = await sql`select schedule, command, active, username from cron.job where jobname = ${job}`;
    assert.deepEqual([...rows], [
      { schedule: "30 seconds", command: "select 2", active: false, username: "postgres" },
    ]);
  });
});

for (const schedule of ["60 seconds", "0 seconds", "* * * *", "60 * * * *", "* * * * * *", "x * * * *", ""]) {
  Deno.test(`cron.schedule refuses the schedule ${JSON.stringify(schedule)}`, async () => {
    await withJob(async (sql, job) => {
      await assert.rejects(sql`select cron.schedule(${job}, ${schedule}, 'select 1')`, { code: "22023" });
    });
  });
}

for (const schedule of ["59 seconds", "*/15 0-6,22 1,15 jan-mar mon", "@daily", "0 12 * * 7"]) {
  Deno.test(`cron.schedule accepts the schedule ${JSON.stringify(schedule)}`, async () => {
    await withJob(async (sql, job) => {
      const [row] = await sql`select cron.schedule(${job}, ${schedule}, 'select 1') as id`;
      assert.ok(row?.id);
    });
  });
}

Deno.test("pg_cron runs a job as its user and records that its SQL ran", async () => {
  await withJob(async (sql, job) => {
    await sql`create table if not exists public.cron_contract (who text, job text)`;
    try {
      await sql`select cron.schedule(${job}, '1 second', ${`insert into public.cron_contract values (current_user, '${job}')`})`;
      const [run] = await endedRuns(sql, job, 1);
      assert.equal(run?.status, "succeeded");
      const [row] = await sql`select who from public.cron_contract where job = ${job}`;
      assert.equal(row?.who, "postgres");
    } finally {
      await sql`drop table public.cron_contract`;
    }
  });
});

Deno.test("pg_cron records a failure with its message and runs the job again", async () => {
  await withJob(async (sql, job) => {
    await sql`select cron.schedule(${job}, '1 second', 'select 1/0')`;
    for (const run of await endedRuns(sql, job, 2)) {
      assert.equal(run.status, "failed");
      assert.match(run.return_message ?? "", /division by zero/);
    }
  });
});

Deno.test("pg_cron never runs two instances of a job at once", async () => {
  await withJob(async (sql, job) => {
    await sql`select cron.schedule(${job}, '1 second', 'select pg_sleep(1.5)')`;
    const [first, second] = await endedRuns(sql, job, 2);
    assert.ok(first !== undefined && second !== undefined && second.start_time >= first.end_time);
  });
});

Deno.test("cron.unschedule fails for a name that it does not know", async () => {
  await withJob(async (sql, job) => {
    await assert.rejects(sql`select cron.unschedule(${job}::text)`, /could not find valid entry for job/);
  });
});
