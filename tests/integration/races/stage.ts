/**
 * What the races share: an organisation whose function is out of reach, its runs, and the calls of its worker.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { createTenant, type Tenant, type TenantOptions } from "../../support/tenant.ts";

/** What a call answers, once it is awaited. */
type Rows = PendingQuery<Row[]>;

/** An organisation that exports nothing, and that presses as often as it likes. */
export async function makeTenant(sql: Sql, options: TenantOptions = {}): Promise<Tenant> {
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
  await sql`insert into sync_scheduler.ticks default values`;
  const tenant = await createTenant(sql, { apiUrl: "", publishableKey: "" }, options);
  await sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
  return tenant;
}

/** From here on the transaction of this connection acts as the host's backend. */
export const asBackend = (sql: Sql): Rows =>
  sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;

/** From here on the transaction of this connection acts as that person. */
export const asPerson = (sql: Sql, userId: string): Rows =>
  sql`select set_config('request.jwt.claims', ${
    JSON.stringify({ role: "authenticated", sub: userId })
  }, true)`;

/** Presses, as the host unless the transaction acts as a person, and returns the run's id. */
export async function press(sql: Sql, { orgId }: Tenant, key: string | null = null): Promise<string> {
  const [run] = await sql<{ run_id: string }[]>`
    select run_id from public.trigger_integration_sync(${orgId}, 'webhook', ${key})`;
  assert.ok(run);
  return run.run_id;
}

export type State = "dispatched" | "running" | "waiting";

/** A run in that state whose current token is "token". The retry of one that waits is due. */
export async function startRun(sql: Sql, tenant: Tenant, state: State): Promise<string> {
  const runId = await press(sql, tenant);
  await sql`update sync_scheduler.run_attempts set token_hash = sha256('token') where run_id = ${runId}`;
  if (state !== "dispatched") await claim(sql, runId);
  if (state === "waiting") {
    await finish(sql, runId, "failed", "transient", 60);
    await sql`update public.sync_run_log set next_attempt_at = now() where run_id = ${runId}`;
  }
  return runId;
}

/** Lets the lease of a run's attempt end now. */
export const expire = (sql: Sql, runId: string): Rows =>
  sql`update sync_scheduler.run_attempts set lease_expires_at = now() where run_id = ${runId} and ended_at is null`;

/** Integrations of as many organisations as asked for, without people. */
export async function makeIntegrations(sql: Sql, count: number): Promise<string[]> {
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
  const rows = await sql<{ id: string }[]>`
    with org as (insert into public.organizations (name) select 'Org ' || n from generate_series(1, ${count}::int) n returning id)
    insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '@yearly' from org
    returning id`;
  return rows.map(({ id }) => id);
}

/** Gives integrations a slot that is due. */
export const makeDue = (sql: Sql, ids: readonly string[]): Rows =>
  sql`update public.sync_integrations set next_run_at = now() - interval '1 minute', next_tick_at = now()
    where id = any (${ids as string[]})`;

/** Changes an integration, and so holds it until the transaction ends. */
export const hold = (sql: Sql, id: string): Rows =>
  sql`update public.sync_integrations set max_attempts = 9 where id = ${id}`;

/** Asks for a connection check, whose token is "token". */
export const askForCheck = (sql: Sql, integrationId: string): Rows =>
  sql`insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at)
    values (${integrationId}, sha256('token'), clock_timestamp())
    on conflict (integration_id) do update set token_hash = excluded.token_hash, requested_at = excluded.requested_at,
      claimed_at = null, ended_at = null`;

/** What a worker reserved. */
export interface Batch {
  readonly batch_id: string | null;
  readonly paused?: boolean;
  readonly cancel_requested: boolean;
  readonly entries: readonly { readonly entry_key: string; readonly payload: unknown }[];
}

// The calls of the worker of attempt 1.
export const claim = (sql: Sql, runId: string): Rows =>
  sql`select public.sync_worker_claim(${runId}, 1, 'token', ${crypto.randomUUID()}, 1, false)`;
export async function reserve(sql: Sql, runId: string, size = 2): Promise<Batch> {
  const [row] = await sql<{ answer: Batch }[]>`
    select public.sync_worker_reserve_entries(${runId}, 1, 'token', ${size}) as answer`;
  assert.ok(row);
  return row.answer;
}
export const record = (sql: Sql, runId: string, batch: Batch, state: string, more: object = {}): Rows =>
  sql`select public.sync_worker_record_results(${runId}, 1, 'token', ${batch.batch_id},
    ${sql.json(batch.entries.map(({ entry_key }) => ({ entry_key, state, ...more })))})`;
export const finish = (
  sql: Sql,
  runId: string,
  outcome: string,
  errorClass: string | null = null,
  retryAfter = 0,
  blames: string | null = null,
): Rows =>
  sql`select public.sync_worker_finish(${runId}, 1, 'token', ${outcome}, ${errorClass}, ${
    errorClass && "code"
  },
    ${errorClass && "Words."}, ${retryAfter}, blames => ${blames})`;

// Steps of the tick.
export const startDueRuns = (sql: Sql): Rows => sql`select sync_scheduler.start_due_runs()`;
export const startQueuedSlots = (sql: Sql): Rows => sql`select sync_scheduler.start_queued_slots()`;
export const recover = (sql: Sql, runId: string): Rows => sql`select sync_scheduler.recover_run(${runId})`;
export const cancel = (sql: Sql, runId: string): Rows => sql`select public.cancel_integration_sync(${runId})`;

/** A run's status and its attempts' outcomes, oldest first. */
export async function readRun(sql: Sql, runId: string): Promise<{ status: string; attempts: string[] }> {
  const [run] = await sql<{ status: string; attempts: string[] }[]>`
    select r.status::text, array(select coalesce(a.outcome::text, 'open') from sync_scheduler.run_attempts a
      where a.run_id = r.run_id order by a.attempt) as attempts
    from public.sync_run_log r where r.run_id = ${runId}`;
  assert.ok(run);
  return run;
}
