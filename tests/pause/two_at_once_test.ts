/**
 * A pause and a worker, or the tick, at the same instant. Whoever stops the integration writes it and then locks the run;
 * whoever reserves, claims or dispatches holds the run and then reads the integration. Without either, a test here fails.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { createTenant, type Tenant } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

type State = "dispatched" | "running" | "waiting";

const asBackend = (sql: Sql | TransactionSql) =>
  sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
const claim = (sql: Sql | TransactionSql, runId: string) =>
  sql`select public.sync_worker_claim(${runId}, 1, 'token', ${crypto.randomUUID()}, 1, false)`;
const reserve = async (sql: Sql | TransactionSql, runId: string) => {
  const [row] = await sql<{ answer: { batch_id: string | null; paused?: boolean } }[]>`
    select public.sync_worker_reserve_entries(${runId}, 1, 'token', 2) as answer`;
  assert.ok(row);
  return row.answer;
};

/** A run in this state whose token is "token", and whose function nobody reaches. */
async function startRun(sql: Sql, tenant: Tenant, state: State): Promise<string> {
  const runId = await sql.begin(async (sql) => {
    await asBackend(sql);
    const [run] = await sql<{ run_id: string }[]>`
      select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`;
    assert.ok(run);
    return run.run_id;
  });
  await sql`update sync_scheduler.run_attempts set token_hash = sha256('token') where run_id = ${runId}`;
  if (state !== "dispatched") await claim(sql, runId);
  if (state === "waiting") {
    await sql`select public.sync_worker_finish(${runId}, 1, 'token', 'failed', 'transient', 'x', 'y', 60)`;
    await sql`update public.sync_run_log set next_attempt_at = now() where run_id = ${runId}`;
  }
  return runId;
}

const pause = (sql: Sql | TransactionSql, { orgId }: Tenant) =>
  sql`select public.pause_integration_sync(${orgId}, 'webhook')`;
const disable = (sql: Sql | TransactionSql, { integrationId }: Tenant) =>
  sql`update public.sync_integrations set enabled = false where id = ${integrationId}`;
const posted = async (sql: Sql, runId: string) => {
  const [row] = await sql<{ dispatches: number; attempts: number }[]>`
    select sum(dispatch_count)::int as dispatches, count(*)::int as attempts
    from sync_scheduler.run_attempts where run_id = ${runId}`;
  return row;
};

for (const [name, stop] of [["a pause", pause], ["a direct update", disable]] as const) {
  localTest(`${name} is answered only after the reservation that has not seen it`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");

    const worker = await sql.reserve();
    await worker`begin`;
    assert.notEqual((await reserve(worker, runId)).batch_id, null, "nothing is paused yet");
    let isAnswered = false;
    const stopped = sql.begin(async (sql) => {
      await asBackend(sql);
      await stop(sql, tenant);
    }).then(() => isAnswered = true);
    await until("it waits for the worker", async () => {
      assert.equal(isAnswered, false, "answered while a reservation was under way");
      const [waiting] = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ~ 'pause_integration_sync|set enabled' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await worker`commit`;
    worker.release();
    await stopped;
    const [before] = await sql`select count(*)::int as sending from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'sending'`;
    assert.deepEqual({ ...before }, { sending: 2 });
    const after = await reserve(sql, runId);
    assert.deepEqual([after.batch_id, after.paused], [null, true], "and nothing is reserved after it");
  });

  localTest(`a reservation that meets ${name} waits for it and reserves nothing`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");

    const admin = await sql.reserve();
    await admin`begin`;
    await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
    await stop(admin, tenant);
    const reserved = reserve(sql, runId);
    await until("the worker waits for the admin", async () => {
      const [waiting] = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ~ 'sync_worker_reserve_entries' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await admin`commit`;
    admin.release();
    const answer = await reserved;
    assert.deepEqual([answer.batch_id, answer.paused], [null, true]);
    const pending = await sql`select from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'pending'`;
    assert.equal(pending.length, 6);
  });

  // Of the other paths one way to stop is enough: they read the same row.
  if (stop === disable) continue;

  localTest(`a claim that meets ${name} waits for it and takes nothing`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "dispatched");

    const admin = await sql.reserve();
    await admin`begin`;
    await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
    await stop(admin, tenant);
    const claimed = claim(sql, runId).then(() => "claimed", (error) => error.message);
    await until("the worker waits for the admin", async () => {
      const [waiting] = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ~ 'sync_worker_claim' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await admin`commit`;
    admin.release();
    assert.equal(await claimed, "attempt_not_current");
  });

  localTest(`a recovery that meets ${name} waits for it and posts nothing`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "waiting");
    const before = await posted(sql, runId);

    const admin = await sql.reserve();
    await admin`begin`;
    await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
    await stop(admin, tenant);
    const recovered = sql.begin((sql) => sql`select sync_scheduler.recover_run(${runId})`);
    await until("the recovery waits for the admin", async () => {
      const [waiting] = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ~ 'recover_run' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await admin`commit`;
    admin.release();
    await recovered;
    assert.deepEqual(await posted(sql, runId), before);
    const [run] = await sql`select notice, next_attempt_at from public.sync_run_log where run_id = ${runId}`;
    assert.deepEqual({ ...run }, { notice: "integration_paused", next_attempt_at: null });
  });
}

localTest(
  "claim, dispatch and reserve read the integration when no trigger has followed the pause",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    await sql`alter table public.sync_integrations disable trigger follow_pause`;
    for (const path of ["claim", "dispatch", "reserve"] as const) {
      const tenant = await createTenant(sql, platform, { entries: 6 });
      const runId = await startRun(sql, tenant, path === "reserve" ? "running" : "dispatched");
      await sql`update public.sync_integrations set enabled = false where id = ${tenant.integrationId}`;
      const before = await posted(sql, runId);
      if (path === "claim") {
        const answer = await claim(sql, runId).then(() => "claimed", (error) => error.message);
        assert.equal(answer, "attempt_not_current");
      } else if (path === "reserve") {
        assert.deepEqual((await reserve(sql, runId)).paused, true);
      } else {
        await sql`update sync_scheduler.run_attempts set lease_expires_at = now() where run_id = ${runId}`;
        await sql`select sync_scheduler.recover_run(${runId})`;
        const [run] = await sql`select notice from public.sync_run_log where run_id = ${runId}`;
        assert.equal(run?.notice, "integration_paused");
      }
      assert.deepEqual(await posted(sql, runId), before, path);
    }
  },
);

localTest(
  "a worker call in repeatable read fails when its snapshot is older than the pause",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");

    const worker = await sql.reserve();
    await worker`begin isolation level repeatable read`;
    await worker`select from public.sync_integrations`;
    await disable(sql, tenant);
    await assert.rejects(reserve(worker, runId), { code: "40001" });
    await worker`rollback`;
    worker.release();
    const pending = await sql`select from public.sync_export_entries
    where integration_id = ${tenant.integrationId} and state = 'pending'`;
    assert.equal(pending.length, 6);
  },
);

localTest(
  "a worker call in repeatable read fails when its snapshot is older than the resume",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");
    await disable(sql, tenant);

    const worker = await sql.reserve();
    await worker`begin isolation level repeatable read`;
    await worker`select from public.sync_integrations`;
    await sql`update public.sync_integrations set enabled = true where id = ${tenant.integrationId}`;
    await assert.rejects(worker`select public.sync_worker_finish(${runId}, 1, 'token', 'paused')`, {
      code: "40001",
    });
    await worker`rollback`;
    worker.release();
    await sql`select public.sync_worker_finish(${runId}, 1, 'token', 'paused')`;
    const [run] = await sql`select notice from public.sync_run_log where run_id = ${runId}`;
    assert.deepEqual({ ...run }, { notice: null }, "no run waits for the end of a pause that is over");
  },
);

localTest(
  "a resume waits for the worker that ends its attempt as paused, and its run goes on",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const tenant = await createTenant(sql, platform, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");
    await sql`update public.sync_integrations set enabled = false where id = ${tenant.integrationId}`;

    const worker = await sql.reserve();
    await worker`begin`;
    await worker`select public.sync_worker_finish(${runId}, 1, 'token', 'paused')`;
    const resumed = sql.begin((sql) =>
      sql`update public.sync_integrations set enabled = true where id = ${tenant.integrationId}`
    );
    await until("the resume waits for the worker", async () => {
      const [waiting] = await sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and query ~ 'set enabled' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await worker`commit`;
    worker.release();
    await resumed;
    const [run] =
      await sql`select notice, next_attempt_at is not null as due from public.sync_run_log where run_id = ${runId}`;
    assert.deepEqual({ ...run }, { notice: null, due: true });
  },
);
