/**
 * Waiting for what a run does.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";
import type { Database } from "../../src/database_types.ts";
import type { WebhookReceiver } from "../../local/vendors/webhook_receiver.ts";

/** A row of the run log. */
export type Run = Database["public"]["Tables"]["sync_run_log"]["Row"];

// A run that hangs, not a slow machine: nothing asserts on how long it takes.
const LONGEST_WAIT = { timeoutMs: 180_000 };

/** Reads a run as the database has it. */
export async function readRun(sql: Sql, runId: string): Promise<Run> {
  const [run] = await sql<Run[]>`select * from public.sync_run_log where run_id = ${runId}`;
  assert.ok(run, `run ${runId} is not in the log`);
  return run;
}

/** Waits until a run is in one of the statuses. */
export function untilStatus(sql: Sql, runId: string, ...statuses: Run["status"][]): Promise<Run> {
  return until(`run ${runId} is ${statuses.join(" or ")}`, async () => {
    const run = await readRun(sql, runId);
    return statuses.includes(run.status) && run;
  }, LONGEST_WAIT);
}

/** Makes every lease of a run end now and every retry due now, and recovers: what time and pg_cron would do. */
export async function expireAndRecover(sql: Sql, runId: string): Promise<void> {
  await sql`update sync_scheduler.run_attempts set lease_expires_at = now()
    where run_id = ${runId} and ended_at is null`;
  await sql`update public.sync_run_log set next_attempt_at = now()
    where run_id = ${runId} and status = 'pending' and next_attempt_at is not null`;
  await sql`select sync_scheduler.recover_run(${runId})`;
}

/**
 * Moves on a stuck run, for a test that looks again and again until it has ended: what time and pg_cron would do. A
 * dispatch that is still on its way is left alone, or none would ever arrive under the token that is current then.
 */
export async function moveOn(sql: Sql, runId: string): Promise<void> {
  // What was sent leaves the queue with its answer; what a crash has lost is not there either.
  await sql`update sync_scheduler.run_attempts a set lease_expires_at = now()
    where a.run_id = ${runId} and a.ended_at is null and a.claimed_at is null
      and not exists (select from net.http_request_queue q where q.id = a.request_id)`;
  await sql`update public.sync_run_log set next_attempt_at = now()
    where run_id = ${runId} and status = 'pending' and next_attempt_at is not null`;
  await sql`select sync_scheduler.recover_run(${runId})`;
}

/** The receiver's ledger has every entry exactly once, and the outbox says so too. */
export async function assertExportedOnce(
  sql: Sql,
  integrationId: string,
  receiver: WebhookReceiver,
  entries: number,
): Promise<void> {
  const booked = [...receiver.ledger.values()].map((entry) => entry.count);
  assert.deepEqual(booked, Array(entries).fill(1), "the ledger has each entry exactly once");
  const states = await sql`select state::text, count(*)::int from public.sync_export_entries
    where integration_id = ${integrationId} group by state`;
  assert.deepEqual([...states], [{ state: "exported", count: entries }]);
}

/** Waits until so many requests have reached the receiver: one that is held can be released only then. */
export async function untilReceived(receiver: WebhookReceiver, requests: number): Promise<void> {
  await until(`${requests} requests to have come`, () => receiver.requests.length >= requests, LONGEST_WAIT);
}
