/**
 * What the scheduler relies on in pg_cron. Passes on the real extension (1.6.5 on Postgres 17; CONTRIBUTING.md says
 * how to repeat that) and on the stand-in.
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";

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

/** Runs `work` with an empty table `(note text)` of its own. */
async function withTable(sql: Sql, work: (table: string) => Promise<void>): Promise<void> {
  const table = `cron_${crypto.randomUUID().replaceAll("-", "")}`;
  await sql`create table ${sql(table)} (note text)`;
  try {
    await work(table);
  } finally {
    await sql`drop table ${sql(table)}`;
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
    const rows = await sql`
      select schedule, command, active, username = current_user as mine from cron.job where jobname = ${job}`;
    assert.deepEqual([...rows], [{ schedule: "30 seconds", command: "select 2", active: false, mine: true }]);
  });
});

const REFUSED = [
  ...["60 seconds", "0 seconds", "30 secs", "1 minute", "", "@DAILY", "* * * *", "60 * * * *", "x * * * *"],
  ...["1/5 * * * *", "*/60 * * * *", "*/0 * * * *", "1,,2 * * * *", "0 0 1,$ * *", "0 0 * * sunday"],
];
for (const schedule of REFUSED) {
  Deno.test(`cron.schedule refuses the schedule ${JSON.stringify(schedule)}`, async () => {
    await withJob(async (sql, job) => {
      await assert.rejects(sql`select cron.schedule(${job}, ${schedule}, 'select 1')`, { code: "22023" });
    });
  });
}

const ACCEPTED = [
  ...[
    "59 seconds",
    "30 SECONDS",
    "@daily",
    "@reboot",
    "*/15 0-6,22 1,15 jan-mar mon",
    "0 12 * * 7",
    "0 0 $ * *",
  ],
  // What follows the fifth field, or a complete item of a list, is skipped, and a range may run backwards.
  ...["* * * * * *", "0 0 * * 5#2", "30-10 * * * *"],
];
for (const schedule of ACCEPTED) {
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
      assert.equal(run?.return_message, "INSERT 0 1");
      const [row] = await sql`select who = current_user as mine from public.cron_contract where job = ${job}`;
      assert.equal(row?.mine, true);
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

Deno.test("pg_cron runs all statements of a command in one transaction", async () => {
  await withJob(async (sql, job) => {
    await withTable(sql, async (table) => {
      await sql`select cron.schedule(${job}, '1 second', ${`insert into ${table} values ('lost'); select 1/0`})`;
      await endedRuns(sql, job, 1);
      assert.equal((await sql`select from ${sql(table)}`).length, 0);
    });
  });
});

Deno.test("a procedure that is all of pg_cron's command may commit: what it committed outlives its failure", async () => {
  await withJob(async (sql, job) => {
    await withTable(sql, async (table) => {
      const procedure = `${table}_procedure`;
      await sql.unsafe(`create procedure ${procedure}() language plpgsql as $$ begin
        insert into ${table} values ('kept'); commit; insert into ${table} values ('lost'); raise 'boom'; end $$`);
      try {
        await sql`select cron.schedule(${job}, '1 second', ${`call ${procedure}()`})`;
        const [run] = await endedRuns(sql, job, 1);
        assert.match(run?.return_message ?? "", /^ERROR: +boom\nCONTEXT: /);
        const rows = await sql`select distinct note from ${sql(table)}`;
        assert.deepEqual([...rows], [{ note: "kept" }]);

        await sql`select cron.schedule(${job}, '1 second', ${`call ${procedure}(); select 1`})`;
        await until("a run of the second command", async () => {
          const messages = (await endedRuns(sql, job, 1)).map((each) => each.return_message ?? "");
          return messages.some((message) => message.includes("invalid transaction termination"));
        }, { timeoutMs: 30_000 });
      } finally {
        await sql`select cron.unschedule(${job}::text)`;
        await sql.unsafe(`drop procedure ${procedure}`);
      }
    });
  });
});

Deno.test("pg_cron gives up a running job that is paused, and its SQL commits all the same", async () => {
  await withJob(async (sql, job) => {
    await withTable(sql, async (table) => {
      const command = `select pg_sleep(6); insert into ${table} values ('late')`;
      const [row] = await sql`select cron.schedule(${job}, '1 second', ${command}) as id`;
      await until("the job to run", async () => {
        const runs =
          await sql`select from cron.job_run_details where jobid = ${row?.id} and status = 'running'`;
        return runs.length > 0;
      }, { timeoutMs: 30_000 });
      await sql`select cron.alter_job(${row?.id}, active := false)`;
      const [run] = await endedRuns(sql, job, 1);
      assert.deepEqual([run?.status, run?.return_message], ["failed", "job canceled"]);
      assert.equal((await sql`select from ${sql(table)}`).length, 0);
      await until(
        "the statement to commit",
        async () => (await sql`select from ${sql(table)}`).length === 1,
        {
          timeoutMs: 30_000,
        },
      );
    });
  });
});

Deno.test("a new interval counts from the last start, not from the change", async () => {
  await withJob(async (sql, earlier) => {
    await withJob(async (_, later) => {
      await sql`select cron.schedule(${earlier}, '59 seconds', 'select 1')`;
      // The one wait for a time: it is what the test is about.
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await sql`select cron.schedule(${later}, '5 seconds', 'select 1')`;
      await sql`select cron.schedule(${earlier}, '5 seconds', 'select 1')`;
      const [[first], [second]] = await Promise.all([endedRuns(sql, earlier, 1), endedRuns(sql, later, 1)]);
      assert.ok(first !== undefined && second !== undefined && first.start_time < second.start_time);
    });
  });
});

Deno.test("cron.unschedule fails for a name that it does not know", async () => {
  await withJob(async (sql, job) => {
    await assert.rejects(sql`select cron.unschedule(${job}::text)`, /could not find valid entry for job/);
  });
});
