/**
 * An outbox with much that is exported and some that waits, and what the planner may believe of it.
 *
 * @module
 */
import postgres, { type Sql, type TransactionSql } from "postgres";
import type { IdleDatabase } from "../../support/databases/idle_database.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";

/** Entries that wait. */
export const PENDING = 3_000;
/** Entries that are exported already. */
export const EXPORTED = 20_000;
/** Conflicts, and entries that wait, of another tenant: they cost this one nothing. */
const NEIGHBOURS = 5_000;
const TABLE = "public.sync_export_entries";

/** What the planner may know of the outbox. */
export const STATISTICS: Readonly<
  Record<string, (admin: Sql, fill: () => Promise<unknown>) => Promise<void>>
> = {
  "no statistics": async (admin, fill) => {
    await fill();
    await admin.unsafe(`delete from pg_statistic where starelid = '${TABLE}'::regclass`);
    await admin.unsafe(`update pg_class set reltuples = -1, relpages = 0, relallvisible = 0
      where oid = '${TABLE}'::regclass`);
  },
  "statistics of one row": async (admin, fill) => {
    await admin.unsafe(`insert into ${TABLE} (integration_id, entry_key, period, document_number, payload)
      select id, 'first', '2026-10', 'B', '{}' from public.sync_integrations limit 1`);
    await admin.unsafe(`analyze ${TABLE}`);
    await fill();
  },
  // A load that was rolled back leaves pages. With an analyze of these the planner believes that they hold nothing.
  "statistics of an emptied table": async (admin, fill) => {
    await admin.unsafe(`insert into ${TABLE} (integration_id, entry_key, period, document_number, payload)
      select id, 'first', '2026-10', 'B', '{}' from public.sync_integrations limit 1`);
    await admin.unsafe(`delete from ${TABLE}`);
    await admin.unsafe(`analyze ${TABLE}`);
    await fill();
  },
  "true statistics": async (admin, fill) => {
    await fill();
    await admin.unsafe(`analyze ${TABLE}`);
  },
};

/** A tenant of a database that no API reads. What a press sends stays in the queue. */
export async function createUnseen(admin: Sql): Promise<Tenant> {
  await admin`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where true`;
  return await createTenant(admin, { apiUrl: "", publishableKey: "" });
}

/** A connection to an outbox that was filled under these statistics; it acts as the service role. */
export async function fillOutbox(
  database: IdleDatabase,
  prepare: (admin: Sql, fill: () => Promise<unknown>) => Promise<void>,
): Promise<{ admin: Sql; integrationId: string; orgId: string }> {
  const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`alter table ${TABLE} set (autovacuum_enabled = off)`);
  const { integrationId, orgId } = await createUnseen(admin);
  const { integrationId: neighbour } = await createUnseen(admin);
  await prepare(admin, async () => {
    await admin`
    insert into public.sync_export_entries
      (integration_id, entry_key, period, document_number, payload, state, exported_at)
    select ${integrationId}, 'entry ' || n, '2026-10', 'B-' || n, '{"a": "1.00"}',
      case when n > ${EXPORTED} then 'pending' else 'exported' end::public.sync_entry_state,
      case when n <= ${EXPORTED} then now() end
    from generate_series(1, ${EXPORTED + PENDING}) n`;
    await admin`
    insert into public.sync_export_entries
      (integration_id, entry_key, period, document_number, payload, state, exported_at, conflict_at, conflict_payload_hash, conflict_content)
    select ${neighbour}::uuid, 'entry ' || n, '2026-10', 'B-' || n, '{"a": "1.00"}'::jsonb, 'exported'::public.sync_entry_state, now(), now(), '\\x00'::bytea, '{}'::jsonb
    from generate_series(1, ${NEIGHBOURS}) n
    union all
    select ${neighbour}::uuid, 'waiting ' || n, '2026-10', 'B-' || n, '{"a": "1.00"}', 'pending', null::timestamptz, null, null, null
    from generate_series(1, ${NEIGHBOURS}) n`;
  });
  await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
  return { admin, integrationId, orgId };
}

/** How many rows of the outbox the work reads. */
export async function rowsRead(tx: TransactionSql, work: () => Promise<unknown>): Promise<number> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select (coalesce(sum(idx_tup_fetch), 0) + coalesce(sum(seq_tup_read), 0))::int as n
      from pg_stat_xact_user_tables where relid = ${TABLE}::regclass`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  await work();
  return await readSoFar() - before;
}
