import type { Sql, TransactionSql } from "postgres";
import type { BenchContext } from "./benchmark.ts";
import type { BenchDatabase, BenchTenant } from "./database.ts";
import { script } from "./script.ts";

const TABLE = "public.sync_export_entries";
const MODEL = "bench.outbox_of_other_days";
/** Entries that wait, behind all that are exported. */
export const PENDING = 10_000;

/** What the planner may believe of the outbox. */
const BELIEFS = {
  "true": async (admin: Sql): Promise<void> => {
    await admin.unsafe(`analyze ${TABLE}`);
  },
  "none": async (admin: Sql): Promise<void> => {
    await admin.unsafe(`delete from pg_statistic where starelid = '${TABLE}'::regclass`);
    await admin.unsafe(`update pg_class set reltuples = -1, relpages = 0, relallvisible = 0
      where oid in (select '${TABLE}'::regclass union select indexrelid from pg_index where indrelid = '${TABLE}'::regclass)`);
  },
  "of one row": (admin: Sql) => believe(admin, 1, "pending"),
  "all waits": (admin: Sql) => believe(admin, PENDING, "pending"),
  "all is exported": (admin: Sql) => believe(admin, PENDING, "exported"),
};

/** One of them. */
export type Belief = keyof typeof BELIEFS;
/** All of them. */
export const beliefs = Object.keys(BELIEFS) as Belief[];

/** An outbox in which a run is under way. */
export interface Outbox {
  readonly database: BenchDatabase;
  readonly tenant: BenchTenant;
  readonly runId: string;
  readonly exported: number;
}

/** Fills an outbox for a purpose, and starts and claims a run whose token is `t`. */
export async function openOutbox(
  { server, progress }: BenchContext,
  purpose: string,
  exported: number,
  pending: number = PENDING,
): Promise<Outbox> {
  const database = await (await server()).database({ rows: 0, stale: `outbox_${purpose}_${exported}` });
  const [tenant, neighbour] = await database.tenants(1, 2);
  if (tenant === undefined || neighbour === undefined) throw new Error("there are no tenants");
  progress(`an outbox with ${exported} exported entries`);
  await fillOutbox(database, tenant, neighbour, exported, pending);
  const sql = await asWorker(database);
  const [run] = await sql`select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`;
  const runId: string = run?.run_id;
  await database
    .admin`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${runId}`;
  await sql`select public.sync_worker_claim(${runId}, 1, 't', gen_random_uuid(), 1, false)`;
  await sql.end();
  return { database, tenant, runId, exported };
}

/** A connection that acts as the backend and as the function do. */
export async function asWorker(database: BenchDatabase): Promise<Sql> {
  const sql = database.asSuperuser();
  await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
  return sql;
}

/**
 * Fills the outbox of a tenant with exported entries, and with some that wait; a neighbour has a tenth as many that wait,
 * and as many conflicts.
 */
export async function fillOutbox(
  database: BenchDatabase,
  { integrationId }: BenchTenant,
  neighbour: BenchTenant,
  exported: number,
  pending: number,
): Promise<void> {
  const fill = await script("fill_outbox.sql");
  await database.admin.begin(async (sql) => {
    await sql.unsafe(`alter table ${TABLE} set (autovacuum_enabled = off)`);
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(fill, [integrationId, exported, pending, neighbour.integrationId, exported / 10]);
  });
}

/** Makes the planner believe what is said, of a table without the remains of earlier calls. */
export async function believeOf(database: BenchDatabase, belief: Belief): Promise<void> {
  // First: the planner learns how long the table is.
  await database.admin.unsafe(`vacuum ${TABLE}`);
  await BELIEFS[belief](database.admin);
}

/** Gives the planner the statistics of another table, as if the outbox had been like that when it was analysed. */
async function believe(admin: Sql, rows: number, state: "pending" | "exported"): Promise<void> {
  await admin.unsafe(`drop table if exists ${MODEL}`);
  await admin.unsafe(`create table ${MODEL} (like ${TABLE} including all)`);
  // `like` copies no target of a column.
  await admin.unsafe(`
    update pg_attribute m set attstattarget = o.attstattarget from pg_attribute o
    where o.attrelid = '${TABLE}'::regclass and m.attrelid = '${MODEL}'::regclass and m.attname = o.attname and m.attnum > 0`);
  await admin.unsafe(`
    insert into ${MODEL} (integration_id, entry_key, period, document_number, payload, state, exported_at)
    select t.integration_id, 'entry ' || s.n, '2026-10', 'B-' || s.n, '{}', '${state}',
      case when '${state}' = 'exported' then now() end
    from generate_series(1, ${rows}) s (n), bench.tenants t where t.n = 1`);
  await admin.unsafe(`analyze ${MODEL}`);
  await admin.unsafe(`delete from pg_statistic where starelid = '${TABLE}'::regclass`);
  await admin.begin(async (sql) => {
    await sql`set local allow_system_table_mods = on`;
    const columns = await sql<{ attname: string }[]>`
      select attname from pg_attribute where attrelid = 'pg_statistic'::regclass and attnum > 1 order by attnum`;
    const names = columns.map(({ attname }) => attname).join(", ");
    await sql.unsafe(`
      insert into pg_statistic (starelid, ${names})
      select '${TABLE}'::regclass, ${names} from pg_statistic where starelid = '${MODEL}'::regclass`);
  });
  await admin.unsafe(`
    update pg_class o set reltuples = m.reltuples, relpages = m.relpages, relallvisible = 0
    from pg_class m where o.oid = '${TABLE}'::regclass and m.oid = '${MODEL}'::regclass`);
}

/** What a statement did with the outbox and its indexes. */
export interface OutboxCost {
  readonly rows: number;
  readonly pages: number;
  readonly milliseconds: number;
}

/** What the work reads of the outbox. Pages count its indexes, too, and each time that one is looked at. */
export async function measureOutbox(sql: TransactionSql, work: () => Promise<unknown>): Promise<OutboxCost> {
  const read = async () => {
    const [row] = await sql<{ rows: number; pages: number }[]>`
      select (select coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) from pg_stat_xact_user_tables
          where relid = ${TABLE}::regclass)::integer as rows,
        (select sum(pg_stat_get_xact_blocks_fetched(oid)) from pg_class
         where oid = ${TABLE}::regclass or oid in (select indexrelid from pg_index where indrelid = ${TABLE}::regclass))::integer as pages`;
    return row ?? { rows: 0, pages: 0 };
  };
  const before = await read();
  const begin = performance.now();
  await work();
  const milliseconds = performance.now() - begin;
  const after = await read();
  return { rows: after.rows - before.rows, pages: after.pages - before.pages, milliseconds };
}
