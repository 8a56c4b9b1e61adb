import type { Sql } from "postgres";
import type { BenchDatabase, BenchTenant } from "./database.ts";

/** A call by its tenant; one transaction of its own. */
export type Call = (sql: Sql, tenant: BenchTenant) => Promise<void>;

/** Presses the trigger as the Data API does; returns the run. */
export async function callTrigger(sql: Sql, { orgId }: BenchTenant): Promise<void> {
  await sql`select * from public.trigger_integration_sync(${orgId}, 'webhook')`;
}

/** The reference: inserts a row of the same content into a table of the same shape; returns it. */
export async function insertBare(sql: Sql, { orgId, integrationId }: BenchTenant): Promise<void> {
  await sql`insert into bench.bare_run_log
      (org_id, integration_id, integration_type, triggered_by, triggered_by_user_id, deadline_at)
    values (${orgId}, ${integrationId}, 'webhook', 'manual', auth.uid(), now() + interval '6 hours')
    returning *`;
}

/** The writes that no trigger can do without, without the trigger. */
export async function writeAll(sql: Sql, { orgId, integrationId }: BenchTenant): Promise<void> {
  await sql`select * from bench.write_all(${orgId}, ${integrationId})`;
}

/** Opens connections of the coordinator. */
export async function openSessions(database: BenchDatabase, count: number): Promise<Sql[]> {
  return await Promise.all(Array.from({ length: count }, () => database.asCoordinator()));
}

/** Shares the tenants among the connections. Each connection calls one after another. Returns calls per second. */
export async function throughput(
  sessions: readonly Sql[],
  tenants: readonly BenchTenant[],
  call: Call,
): Promise<number> {
  const queue = tenants.values();
  const begin = performance.now();
  await Promise.all(sessions.map(async (sql) => {
    // One iterator for all: a free connection takes the next.
    for (const tenant of queue) await call(sql, tenant);
  }));
  return tenants.length / (performance.now() - begin) * 1000;
}

/** Throws when a round did not do what it was timed for. */
export function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}
