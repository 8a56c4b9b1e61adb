import assert from "node:assert/strict";
import type { Row, Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";

const TOKEN = "a token of the test's own";

/** A running run whose worker is the test. */
async function claimedRun(sql: Sql, tenant: Tenant): Promise<string> {
  const [run] = await sql<{ run_id: string }[]>`
    insert into public.sync_run_log
      (org_id, integration_id, integration_type, status, triggered_by, deadline_at, started_at)
    values (${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'running', 'api',
      now() + interval '1 hour', now())
    returning run_id`;
  assert.ok(run);
  await sql`
    insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, claimed_at, lease_expires_at, address)
    select ${run.run_id}, 1, sha256(convert_to(${TOKEN}, 'UTF8')), now(), now() + interval '10 minutes',
      sync_scheduler.address_of(i)
    from public.sync_integrations i where i.id = ${tenant.integrationId}`;
  return run.run_id;
}

/** Lets the worker reserve, makes the call while that is not committed, and commits once the call waits for it. */
async function duringReservation<T>(
  sql: Sql,
  tenant: Tenant,
  call: (caller: Sql) => PromiseLike<T>,
): Promise<PromiseSettledResult<T>> {
  const runId = await claimedRun(sql, tenant);
  const worker = await sql.reserve();
  const caller = await sql.reserve();
  try {
    const [{ pid } = { pid: 0 }] = await caller<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await caller`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
    await worker`begin`;
    await worker`select public.sync_worker_reserve_entries(${runId}, 1, ${TOKEN}, 10)`;
    const answer = Promise.allSettled([call(caller)]);
    await until("the call waits for the worker", async () => {
      const [row] = await sql<Row[]>`select cardinality(pg_blocking_pids(${pid})) > 0 as waits`;
      return row?.waits === true;
    });
    await worker`commit`;
    const [outcome] = await answer;
    return outcome;
  } finally {
    await caller`reset all`;
    worker.release();
    caller.release();
  }
}

Deno.test("a delivery that meets a reservation is a conflict and replaces nothing of what is sent", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 2 });
  const changed = [{
    entry_key: "entry-1",
    period: "2026-10",
    document_number: "B-1",
    payload: { amount: "2.10" },
  }];

  const outcome = await duringReservation(sql, tenant, (caller) =>
    caller<Row[]>`
      select public.add_sync_entries(${tenant.orgId}, 'webhook', ${caller.json(changed)}) as counts`);
  assert.ok(outcome.status === "fulfilled", String(outcome.status === "rejected" && outcome.reason));
  assert.deepEqual(outcome.value[0]?.counts, {
    added: 0,
    replaced: 0,
    unchanged: 0,
    conflicts: 1,
    refused: [],
  });
  const [entry] = await sql`select state::text, payload ->> 'amount' as amount from public.sync_export_entries
    where integration_id = ${tenant.integrationId} and entry_key = 'entry-1'`;
  assert.deepEqual(entry, { state: "sending", amount: "1.10" });
});

Deno.test("a settlement that meets a reservation is refused", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 1 });
  await sql`update public.sync_export_entries set state = 'unknown', batch_id = gen_random_uuid(),
    unknown_since = now(), sent_at = now() where integration_id = ${tenant.integrationId}`;
  const decision = [{ entry_key: "entry-1", resolution: "exported" }];

  const outcome = await duringReservation(
    sql,
    tenant,
    (caller) =>
      caller`select public.settle_sync_entries(${tenant.orgId}, 'webhook', ${
        caller.json(decision)
      }, 'a look')`,
  );
  assert.ok(outcome.status === "rejected");
  assert.equal(`${outcome.reason.code} ${outcome.reason.message}`, "PT409 entries_not_settleable");
});

Deno.test("a withdrawal that meets a reservation refuses what the worker has, and takes back the rest", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 11 });

  const outcome = await duringReservation(sql, tenant, (caller) =>
    caller<Row[]>`
      select public.withdraw_sync_entries(${tenant.orgId}, 'webhook', '{entry-1,entry-11}', 'A mistake.') as answer`);
  assert.ok(outcome.status === "fulfilled", String(outcome.status === "rejected" && outcome.reason));
  assert.deepEqual(outcome.value[0]?.answer, {
    withdrawn: 1,
    refused: [{ entry_key: "entry-1", state: "sending", reason: "A worker is sending it." }],
  });
});
