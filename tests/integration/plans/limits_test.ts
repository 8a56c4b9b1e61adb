/**
 * The limits of people read what they count, whatever the planner believes and however long the logs are.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { type IdleDatabase, idleTest } from "../../support/databases/idle_database.ts";
import type { Tenant } from "../../support/tenant.ts";
import { createUnseen } from "./outbox.ts";

/** Rows of each log that none of the limits counts. `PLAN_ROWS=1000000` looks at a long one. */
const ROWS = Number(Deno.env.get("PLAN_ROWS") ?? 20_000);
/** Far above what anything reads that stops where it may. */
const LIMIT = 5_000;
const LOGS = ["public.sync_run_log", "public.sync_audit_log"];

/** What the planner may know of the logs when the statement is planned. */
const STATISTICS: Readonly<Record<string, (admin: Sql, fill: () => Promise<unknown>) => Promise<void>>> = {
  "no statistics": async (admin, fill) => {
    await fill();
    for (const log of LOGS) {
      await admin.unsafe(`delete from pg_statistic where starelid = '${log}'::regclass`);
      await admin.unsafe(`update pg_class set reltuples = -1, relpages = 0, relallvisible = 0
        where oid = '${log}'::regclass`);
    }
  },
  "statistics of empty logs": async (admin, fill) => {
    for (const log of LOGS) await admin.unsafe(`analyze ${log}`);
    await fill();
  },
  "true statistics": async (admin, fill) => {
    await fill();
    for (const log of LOGS) await admin.unsafe(`analyze ${log}`);
  },
};

/** Old presses, scheduled runs of the last hour, what a backend did in the last hour, and old configurations of people. */
async function fillLogs(admin: Sql, { orgId, integrationId, userIds }: Tenant): Promise<void> {
  await admin`insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by,
      triggered_by_user_id, triggered_at, scheduled_for, deadline_at, finished_at)
    select ${orgId}, ${integrationId}, 'webhook', 'succeeded',
      case when n % 2 = 0 then 'manual' else 'schedule' end::public.sync_run_trigger,
      case when n % 2 = 0 then ${userIds.admin}::uuid end,
      now() - n * interval '100 milliseconds' - case when n % 2 = 0 then interval '2 hours' else '0' end,
      case when n % 2 = 1 then now() - n * interval '1 second' end, now(), now()
    from generate_series(1, ${ROWS}::int) n`;
  await admin`insert into public.sync_audit_log (org_id, actor_id, action, created_at)
    select ${orgId}, case when n % 2 = 0 then ${userIds.admin}::uuid end,
      case when n % 2 = 0 then 'configure' else 'entries_corrected' end,
      now() - n * interval '100 milliseconds' - case when n % 2 = 0 then interval '2 hours' else '0' end
    from generate_series(1, ${ROWS}::int) n`;
}

/** How many rows of the logs the work reads. */
async function rowsRead(tx: TransactionSql, work: () => Promise<unknown>): Promise<number> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select (coalesce(sum(idx_tup_fetch), 0) + coalesce(sum(seq_tup_read), 0))::int as n
      from pg_stat_xact_user_tables where relid = any (${LOGS}::regclass[])`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  await work();
  return await readSoFar() - before;
}

/** What the work answers; nothing of it stays. */
async function rolledBack<T>(admin: Sql, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
  const undo = new Error("undone");
  const answers: T[] = [];
  await admin.begin(async (tx) => {
    answers.push(await work(tx));
    throw undo;
  }).catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  const [answer] = answers;
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

async function open(database: IdleDatabase): Promise<Sql> {
  const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
  for (const log of LOGS) await admin.unsafe(`alter table ${log} set (autovacuum_enabled = off)`);
  return admin;
}

for (const [what, prepare] of Object.entries(STATISTICS)) {
  idleTest(`the limits of people read what they count with ${what}`, async (database) => {
    const admin = await open(database);
    try {
      const tenant = await createUnseen(admin);
      const { orgId } = tenant;
      await admin`insert into public.sync_integrations (org_id, integration_type) values
        (${orgId}, 'xledger'), (${orgId}, 'dynamics')`;
      await admin`update sync_scheduler.settings set presses_per_hour = ${LIMIT}, changes_per_hour = ${LIMIT},
        check_cooldown = '0', least_cooldown = '0'`;
      await prepare(admin, () => fillLogs(admin, tenant));
      const claims = JSON.stringify({ role: "authenticated", sub: tenant.userIds.admin });
      await admin`select set_config('request.jwt.claims', ${claims}, false)`;

      for (const mode of ["force_custom_plan", "force_generic_plan"]) {
        await admin.unsafe(`set plan_cache_mode = ${mode}`);
        // A press and the overview look at each integration once or thrice; the loop reads ten rows ahead.
        const read = await rolledBack(admin, async (tx) => ({
          pressWithKey: await rowsRead(
            tx,
            () => tx`select public.trigger_integration_sync(${orgId}, 'dynamics', 'key')`,
          ),
          press: await rowsRead(tx, () => tx`select public.trigger_integration_sync(${orgId}, 'webhook')`),
          overview: await rowsRead(tx, () => tx`select public.sync_overview(${orgId})`),
          check: await rowsRead(tx, () => tx`select public.test_integration_connection(${orgId}, 'xledger')`),
          configure: await rowsRead(
            tx,
            () => tx`select public.configure_integration_sync(${orgId}, 'webhook', '{"max_attempts": 7}')`,
          ),
        }));
        for (const [act, rows] of Object.entries(read)) {
          assert.ok(rows <= 100, `${mode}: ${act} read ${rows} rows of the logs`);
        }
      }
    } finally {
      await admin.end();
    }
  });
}
