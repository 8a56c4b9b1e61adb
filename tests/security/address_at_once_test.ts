/**
 * Another address and a worker, or an admin who stores credentials, at the same instant. Whoever changes the address writes
 * it and then locks the run; whoever reserves holds the run and then reads the address. Without either, a test here fails.
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

const NEW = "https://new.example/in";

const asBackend = (sql: Sql | TransactionSql) =>
  sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
const move = (sql: Sql | TransactionSql, { orgId }: Tenant) =>
  sql`select public.connect_integration(${orgId}, 'webhook', ${sql.json({ url: NEW })})`;
const reserve = async (sql: Sql | TransactionSql, runId: string) => {
  const [row] = await sql<{ answer: { batch_id: string | null; paused?: boolean } }[]>`
    select public.sync_worker_reserve_entries(${runId}, 1, 'token', 2) as answer`;
  assert.ok(row);
  return row.answer;
};
const untilWaiting = (sql: Sql, query: string) =>
  until(`${query} waits`, async () => {
    const [waiting] = await sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and query ~ ${query} and pid <> pg_backend_pid()`;
    return waiting;
  });

async function startRun(sql: Sql, tenant: Tenant): Promise<string> {
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
  const [run] = await sql.begin(async (tx) => {
    await asBackend(tx);
    return await tx<{ run_id: string }[]>`
      select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`;
  });
  assert.ok(run);
  await sql`update sync_scheduler.run_attempts set token_hash = sha256('token') where run_id = ${run.run_id}`;
  await sql`select public.sync_worker_claim(${run.run_id}, 1, 'token', ${crypto.randomUUID()}, 1, false)`;
  return run.run_id;
}

localTest(
  "another address waits for a reservation that has not seen it, and is refused",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    const tenant = await createTenant(sql, platform, { entries: 4 });
    const runId = await startRun(sql, tenant);
    const worker = await sql.reserve();
    try {
      await worker`begin`;
      assert.notEqual((await reserve(worker, runId)).batch_id, null);
      const moved = move(sql, tenant).then(() => "moved", (error: Error) => error.message);
      await untilWaiting(sql, "connect_integration");
      await worker`commit`;
      assert.equal(await moved, "batch_is_open");
    } finally {
      worker.release();
    }
  },
);

localTest("a reservation that meets another address waits for it and reserves nothing", async (platform) => {
  await using database = connect(platform.adminUrl);
  const { sql } = database;
  await pauseJobs(sql);
  const tenant = await createTenant(sql, platform, { entries: 4 });
  const runId = await startRun(sql, tenant);
  const admin = await sql.reserve();
  try {
    await admin`begin`;
    await move(admin, tenant);
    const reserved = reserve(sql, runId);
    await untilWaiting(sql, "sync_worker_reserve_entries");
    await admin`commit`;
    assert.deepEqual([(await reserved).batch_id, (await reserved).paused], [null, true]);
  } finally {
    admin.release();
  }
});

localTest("a check that is claimed meanwhile says nothing about another address", async (platform) => {
  await using database = connect(platform.adminUrl);
  const { sql } = database;
  await pauseJobs(sql);
  const tenant = await createTenant(sql, platform);
  const { integrationId } = tenant;
  await sql`insert into sync_scheduler.probes (integration_id, token_hash, requested_at)
    values (${integrationId}, sha256('token'), clock_timestamp())
    on conflict (integration_id) do update set token_hash = excluded.token_hash, requested_at = excluded.requested_at,
      claimed_at = null, ended_at = null`;
  const worker = await sql.reserve();
  try {
    await worker`begin`;
    const probes = worker.json([{ integration_id: integrationId, token: "token" }]);
    const [row] = await worker<{ url: string }[]>`
      select public.sync_worker_claim_probes(${probes}) -> 0 -> 'config' ->> 'url' as url`;
    assert.notEqual(row?.url, NEW);
    const moved = move(sql, tenant).then(() => "moved", (error: Error) => error.message);
    await untilWaiting(sql, "connect_integration");
    await worker`commit`;
    assert.equal(await moved, "moved");
    const [end] = await sql`
      select public.sync_worker_finish_probe(${integrationId}, 'token', 'answered') as answer`;
    assert.deepEqual(end?.["answer"], { recorded: false });
  } finally {
    worker.release();
  }
});

localTest("credentials are bound to the address that is there when they are stored", async (platform) => {
  await using database = connect(platform.adminUrl);
  const { sql } = database;
  await pauseJobs(sql);
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
  const tenant = await createTenant(sql, platform);
  const admin = await sql.reserve();
  try {
    await admin`begin`;
    await move(admin, tenant);
    const stored =
      sql`select public.set_integration_credentials(${tenant.orgId}, 'webhook', '{"token": "x"}')`;
    const done = stored.then(() => "stored", (error: Error) => error.message);
    await untilWaiting(sql, "set_integration_credentials");
    await admin`commit`;
    assert.equal(await done, "stored");
    const [row] = await sql`select address from sync_scheduler.integration_credentials
      where integration_id = ${tenant.integrationId}`;
    assert.deepEqual(row?.["address"], { url: NEW });
  } finally {
    admin.release();
  }
});

localTest("two who connect an organisation at once make one integration", async (platform) => {
  await using database = connect(platform.adminUrl);
  const { sql } = database;
  const { orgId } = await createTenant(sql, platform);
  const make = (sql: Sql, url: string) =>
    sql`select public.connect_integration(${orgId}, 'xledger', ${sql.json({ url })})`;
  const first = await sql.reserve();
  try {
    await first`begin`;
    await make(first, "https://first.example/");
    const second = make(sql, "https://second.example/").then(
      () => "connected",
      (error: Error) => error.message,
    );
    await untilWaiting(sql, "second.example|connect_integration");
    await first`commit`;
    assert.equal(await second, "connected");
    const rows = await sql`select config ->> 'url' as url from public.sync_integrations
      where org_id = ${orgId} and integration_type = 'xledger'`;
    assert.deepEqual([...rows], [{ url: "https://second.example/" }]);
  } finally {
    first.release();
  }
});
