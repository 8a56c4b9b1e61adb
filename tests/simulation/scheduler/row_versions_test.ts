/**
 * What is due is read from the left end of an index. What a tick has moved on must not stay there to be read again.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { connect } from "../../support/connect.ts";
import { idleTest } from "../../support/databases/idle_database.ts";

// Few enough for one page that is not full: nothing prunes it before the test has looked.
const DUE = 5;
const MOVED_ON = 200;
const XMAX_IS_MULTI = 0x1000;
/** Nothing sends what is queued there. */
const HAS_FUNCTION = "update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where true";

idleTest(
  "a tick leaves no version of a row behind that index scans could not mark as dead",
  async (database) => {
    await using admin = connect(database.adminUrl, 1);
    const { sql } = admin;
    await sql.unsafe(HAS_FUNCTION);
    await sql`create extension pageinspect`;
    await sql`
    with org as (insert into public.organizations (name) select 'Org ' || n from generate_series(1, ${DUE}) n returning id)
    insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '@yearly' from org`;
    await sql`update public.sync_integrations set next_run_at = now() - interval '1 minute', next_tick_at = now()`;
    await sql`select sync_scheduler.tick()`;
    const [tick] = await sql`select started, errors from sync_scheduler.ticks order by tick_id desc limit 1`;
    assert.deepEqual({ ...tick }, { started: DUE, errors: null });

    // Locked by one subtransaction and updated by another: only a vacuum would take such a version away.
    const [found] = await sql`
    select count(*) filter (where t_infomask & ${XMAX_IS_MULTI} > 0)::int as multixacts,
      count(*) filter (where t_ctid <> format('(0,%s)', lp)::tid)::int as replaced
    from heap_page_items(get_raw_page('public.sync_integrations', 0))`;
    assert.deepEqual({ ...found }, { multixacts: 0, replaced: 2 * DUE });
  },
);

idleTest(
  "an idle tick reads nothing of what has moved on when another session holds a snapshot",
  async (database) => {
    await using admin = connect(database.adminUrl, 1);
    await using holder = connect(database.adminUrl, 1);
    const { sql } = admin;
    await sql.unsafe(HAS_FUNCTION);
    await sql`
    with org as (insert into public.organizations (name) select 'Org ' || n from generate_series(1, ${MOVED_ON}) n returning id)
    insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '@yearly' from org`;
    await sql`update public.sync_integration_health set next_check_at = null`;
    await holder.sql`begin isolation level repeatable read`;
    await holder.sql`select 1`;

    const slot = sql`now() - interval '1 hour'`;
    await sql`update public.sync_integrations set next_run_at = ${slot}, next_tick_at = ${slot}`;
    await sql`select sync_scheduler.tick()`;
    await sql`delete from public.sync_run_log`;
    const entriesRead = async (sql: TransactionSql) => {
      const [row] = await sql<{ read: number }[]>`
        select pg_stat_get_xact_tuples_returned('public.sync_integrations_next_run_idx'::regclass)::int as read`;
      return row?.read ?? NaN;
    };
    // In one transaction, because the numbers of earlier ones are taken away now and then.
    const readByTick = () =>
      sql.begin(async (sql) => {
        const before = await entriesRead(sql);
        await sql`select sync_scheduler.tick()`;
        return await entriesRead(sql) - before;
      });
    assert.ok(await readByTick() >= MOVED_ON, "the snapshot keeps them");
    assert.equal(await readByTick(), 0);
    await holder.sql`rollback`;
  },
);
