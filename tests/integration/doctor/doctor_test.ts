import assert from "node:assert/strict";
import { CHECKS, diagnose, type Diagnosis } from "../../../cli/doctor/diagnose.ts";
import { readEnvironment } from "../../../local/environment.ts";
import { startPlatform } from "../../../local/platform.ts";
import { until } from "../../../local/wait.ts";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { connect } from "../../support/connect.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";
import { pauseJobs } from "../../support/ticks.ts";
import { FAULTS } from "./faults.ts";
import { bad, examine, keepSettings, schemas, untilTicking } from "./examine.ts";
import { task } from "./task.ts";

Deno.test(
  "each check says FAIL when its part is broken, and PASS after the SQL that it printed",
  async (t) => {
    // In the database that SUPABASE_DB_URL names there is one bundle, which all tests share: it stays as it was.
    await using own = readEnvironment().kind === "embedded" ? await startPlatform({ seed: false }) : null;
    const platform = own ?? await usePlatform();
    await using admin = connect(platform.adminUrl, 1);
    await using _settings = await keepSettings(admin.sql);
    // As people connect: the SQL that is printed has to be theirs to run.
    await using owner = connect(platform.dbUrl, 1);
    const url = `${platform.functionsUrl}/integration-sync`;

    // What other tests have left in a database that is shared is not ours to judge.
    const before = own === null ? bad(await examine(owner.sql)) : [];
    const left = before.map(({ check }) => check);
    const unless = (name: string, isSkipped: boolean, why: string) => ({
      name: isSkipped ? `${name} (skipped: ${why})` : name,
      ignore: isSkipped,
    });
    const ifClean = (name: string, check?: string) =>
      unless(
        name,
        check === undefined ? left.length > 0 : left.includes(check),
        "other tests have left something here",
      );
    const ifOwn = (name: string) => unless(name, own === null, "needs a database of its own");

    const step = (options: { name: string; ignore: boolean }, fn: () => Promise<void>) =>
      t.step({ ...options, fn });

    await step(ifClean("a fresh installation is well"), async () => {
      assert.deepEqual(bad(await examine(owner.sql)), []);
      const [left] = await owner.sql`select count(*)::int as warmups from sync_scheduler.warmups`;
      assert.deepEqual({ ...left }, { warmups: 0 });
    });

    for (const { check, what, breakIt, says, status = "FAIL" } of FAULTS) {
      await step(ifClean(`${check}: ${what}`, check), async () => {
        const tenant = await createTenant(owner.sql, platform, { entries: 1 });
        // A tick would fix some of it by itself, and a job that is broken is not to be waited for.
        await pauseJobs(admin.sql, "%tick%");
        await owner.sql`insert into sync_scheduler.ticks default values`;
        await breakIt(admin.sql, tenant);
        const findings = bad(await examine(owner.sql, check, url))
          .filter(({ message }) => !/^The job sync-scheduler-tick(-30s)? is paused/.test(message));
        const [finding] = findings;
        assert.equal(findings.length, 1, JSON.stringify(findings, null, 2));
        assert.equal(finding?.status, status);
        assert.match(finding?.message ?? "", says);
        await owner.sql.unsafe(finding?.sql ?? "");
        await admin.sql`update cron.job set active = true where true`;
        // Settings that were lost come back without the function's address: the doctor says so next.
        for (const next of bad(await examine(owner.sql, check, url))) await owner.sql.unsafe(next.sql ?? "");
        assert.deepEqual(bad(await examine(owner.sql, check, url)), []);
      });
    }

    await t.step("pg_net: its queue does not move", async () => {
      // The worker cannot store what it is answered: it takes no further batch, and this one stays in the queue.
      await using holder = connect(platform.adminUrl, 1);
      const held = Promise.withResolvers<void>();
      const holding = Promise.withResolvers<void>();
      const locked = holder.sql.begin(async (tx) => {
        await tx`lock table net._http_response in access exclusive mode`;
        holding.resolve();
        await held.promise;
      });
      await holding.promise;
      try {
        await owner.sql`select net.http_get(${url})`;
        const checks = CHECKS.filter(({ name }) => name === "pg_net");
        const [found] = await Array.fromAsync(diagnose(owner.sql, { schemas, checks, timeoutMs: 500 }));
        assert.equal(found?.status, "FAIL");
        // The scheduler goes on posting meanwhile.
        assert.match(found?.message ?? "", /^Its queue does not move: \d+ requests? waiting/);
        await owner.sql.unsafe(found?.sql ?? "");
      } finally {
        held.resolve();
        await locked;
      }
      await until(
        "the queue is empty",
        async () => (await examine(owner.sql, "pg_net"))[0]?.status === "PASS",
      );
    });

    await t.step("pg_net: its worker is down, and comes back", async () => {
      // As after worker_restart(): the first looks find no worker. A sequence counts also what is rolled back.
      await admin.sql.unsafe(`
        alter function net.check_worker_is_up() rename to check_worker_is_up_as_it_was;
        create sequence net.looks; grant usage on sequence net.looks to public;
        create function net.check_worker_is_up() returns void language plpgsql as $$
        begin
          if nextval('net.looks') < 4 then raise exception 'the pg_net background worker is not up'; end if;
        end $$;`);
      try {
        const checks = CHECKS.filter(({ name }) => name === "pg_net");
        const [down] = await Array.fromAsync(diagnose(owner.sql, { schemas, checks, timeoutMs: 0 }));
        assert.deepEqual([down?.status, down?.sql], ["FAIL", "select net.worker_restart();"]);
        assert.match(down?.message ?? "", /^Its worker is down/);
        assert.deepEqual(bad(await examine(owner.sql, "pg_net")), [], "it is waited for");
        const [looks] = await admin.sql<{ last: number }[]>`select last_value::int as last from net.looks`;
        assert.ok((looks?.last ?? 0) >= 4, `${looks?.last} looks`);
      } finally {
        await admin.sql.unsafe(`
          drop function net.check_worker_is_up(); drop sequence net.looks;
          alter function net.check_worker_is_up_as_it_was() rename to check_worker_is_up;`);
      }
    });

    await t.step("the doctor says so and blames nothing when its user may not look", async () => {
      const dbUrl = new URL(platform.dbUrl);
      dbUrl.username = "authenticator";
      await using other = connect(dbUrl.href, 1);
      const found = await examine(other.sql);
      assert.deepEqual(found.filter(({ status }) => status === "FAIL"), []);
      const refusals = found.filter(({ message }) =>
        /^This user may not look: .* Use the user postgres\.$/.test(message)
      );
      assert.ok(
        refusals.some(({ check }) => check === "grants") && refusals.some(({ check }) => check === "vault"),
      );
    });

    await t.step("what another session holds is no failure", async () => {
      await using holder = connect(platform.adminUrl, 1);
      const [held, holding] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const locked = holder.sql.begin(async (tx) => {
        // As a migration that alters the table does.
        await tx`lock table public.sync_run_log in access exclusive mode`;
        holding.resolve();
        await held.promise;
        throw new Error("as it was");
      }).catch(() => {});
      await holding.promise;
      try {
        const [found] = await examine(owner.sql, "retention");
        assert.equal(found?.status, "WARN");
        assert.match(found?.message ?? "", /^The database is busy: canceling statement due to lock timeout/);
      } finally {
        held.resolve();
        await locked;
      }
      assert.equal((await examine(owner.sql, "retention"))[0]?.status, "PASS");
      await untilTicking(owner.sql);
    });

    await t.step("function: what answers is not this project's", async (t) => {
      const code = (code: string) => Response.json({ error: { code, message: "" } }, { status: 401 });
      for (
        const [what, answer, says] of [
          ["another project's", () => code("invalid_token"), /the function, but of another project/],
          ["another function's", () => new Response("<html>"), /answers 200, and not as the function does/],
          ["nothing deployed", () => new Response("", { status: 404 }), /no function is deployed/],
          ["verify_jwt on", () => Response.json({ msg: "no key" }, { status: 401 }), /verify_jwt = false/],
          ["an old function", () => code("invalid_request"), /knows no warm-up: deploy it again/],
          ["without keys", () => code("function_misconfigured"), /without the platform's keys/],
          ["without the Data API", () => code("database_unavailable"), /is the schema public exposed\?/],
        ] as const
      ) {
        await t.step(what, async () => {
          await using other = startReceiver(answer);
          await owner.sql`update sync_scheduler.settings set function_url = ${other.url} where true`;
          const [found] = await examine(owner.sql, "function", url);
          assert.equal(found?.status, "FAIL");
          assert.match(found?.message ?? "", says);
          await owner.sql.unsafe(found?.sql ?? "");
          assert.equal((await examine(owner.sql, "function", url))[0]?.status, "PASS");
        });
      }
    });

    await t.step(
      "function: it and the database are of releases that do not understand each other",
      async () => {
        for (
          const [range, says] of [["7, 8", /^The function is older/], [
            "0, 0",
            /^The database is older/,
          ]] as const
        ) {
          await owner.sql.unsafe(`
          create or replace function sync_scheduler.worker_protocols() returns int4range
          language plpgsql immutable set search_path = pg_catalog, pg_temp as $$ begin return int4range(${range}, '[]'); end $$`);
          const [found] = await examine(owner.sql, "function", url);
          assert.equal(found?.status, "FAIL");
          assert.match(found?.message ?? "", says);
          for (const { sql } of bad(await examine(owner.sql, "installed"))) await owner.sql.unsafe(sql ?? "");
          assert.equal((await examine(owner.sql, "function", url))[0]?.status, "PASS");
        }
      },
    );

    await step(ifClean("the SQL in its order fixes everything at once"), async () => {
      for (
        const statement of [
          "drop extension pg_cron cascade",
          "drop extension pg_net cascade",
          "drop publication supabase_realtime",
          "revoke all on all functions in schema public from authenticated, service_role",
          "grant all on all tables in schema sync_scheduler to anon",
        ]
      ) await admin.sql.unsafe(statement);
      for (const { sql } of bad(await examine(owner.sql, undefined, url))) await owner.sql.unsafe(sql ?? "");
      await untilTicking(owner.sql);
      assert.deepEqual(bad(await examine(owner.sql, undefined, url)), []);
    });

    await t.step("the task prints the form of the address for the stack that it looks at", async () => {
      await owner.sql`update sync_scheduler.settings set function_url = null where true`;
      const printed = await task(["doctor", "--read-only"], platform.dbUrl);
      // The server is on this machine, and not in a container.
      assert.match(
        printed.output,
        /set function_url = 'http:\/\/127\.0\.0\.1:<port of the API>\/functions\/v1\/integration-sync'/,
      );
      await owner.sql`update sync_scheduler.settings set function_url = ${url} where true`;
    });

    await step(
      ifClean("the task's exit code says whether anything is wrong, and its output what"),
      async () => {
        const well = await task(["doctor", "--read-only"], platform.dbUrl);
        assert.deepEqual([well.code, well.error], [0, ""], well.output);
        assert.match(well.output, /^PASS +jobs +/m);
        assert.match(well.output, /^WARN +function +Not asked \(--read-only\)/m);
        assert.match(well.output, /\n\d+ passed, \d+ warnings?, 0 failed\n$/);

        await admin.sql`update cron.job set active = false where jobname = 'sync-scheduler-purge'`;
        const faulty = await task(["doctor"], platform.dbUrl);
        assert.equal(faulty.code, 1, faulty.error);
        assert.match(
          faulty.output,
          /^FAIL +jobs .* is paused\.\n {6}select cron\.alter_job\(\d+, active := true\);$/m,
        );
        const json = await task(["doctor", "--json"], platform.dbUrl);
        assert.equal(json.code, 1, json.error);
        const found: Diagnosis[] = JSON.parse(json.output);
        assert.deepEqual(found.filter(({ status }) => status === "FAIL").map(({ check }) => check), ["jobs"]);
        for (const { sql } of bad(found)) await owner.sql.unsafe(sql ?? "");
      },
    );

    await step(ifOwn("a host's own organisations are its own affair"), async () => {
      // What an installation without membership looks like: the tables are the host's, or not there at all.
      for (
        const statement of [
          "alter table public.sync_integrations drop constraint sync_integrations_org_id_fkey",
          "drop table public.organization_members cascade",
          "alter table public.organizations disable row level security",
          "revoke all on public.organizations from authenticated",
        ]
      ) await admin.sql.unsafe(statement);
      await untilTicking(owner.sql);
      assert.deepEqual(bad(await examine(owner.sql, undefined, url)), []);
    });

    await step(ifOwn("the doctor says so, and nothing else, when the database has no bundle"), async () => {
      await admin.sql`drop schema sync_scheduler cascade`;
      const found = await examine(owner.sql);
      assert.deepEqual(found.map(({ status, check }) => [status, check]), [["FAIL", "installed"]]);
      assert.match(found[0]?.message ?? "", /not in this database/);
    });
  },
);
