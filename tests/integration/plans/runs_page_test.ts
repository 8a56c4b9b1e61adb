/**
 * A page of runs costs what it has, however many runs are before and behind it and whatever the planner believes.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { idleTest } from "../../support/databases/idle_database.ts";
import { createUnseen } from "./outbox.ts";

/** Runs of the organisation; `PLAN_ROWS=1000000` looks at a long log. */
const ROWS = Number(Deno.env.get("PLAN_ROWS") ?? 20_000);
const PAGE = 51;
const LOG = "public.sync_run_log";

/** As the Data API makes it of what src/client/list_runs.ts asks: its test and repository_test.ts hold that. */
const PAGES = {
  "the first page":
    `select * from ${LOG} where org_id = $1 and $2::timestamptz is not null and $3::uuid is not null
    order by triggered_at desc, run_id desc limit $4`,
  "a page in the middle": `select * from ${LOG} where org_id = $1 and triggered_at <= $2
      and (triggered_at < $2 or (triggered_at = $2 and run_id < $3))
    order by triggered_at desc, run_id desc limit $4`,
  "a page of failed runs in the middle": `select * from ${LOG} where org_id = $1 and status in ('failed')
      and triggered_at <= $2 and (triggered_at < $2 or (triggered_at = $2 and run_id < $3))
    order by triggered_at desc, run_id desc limit $4`,
};

/**
 * PostgREST prepares its statements: Postgres may plan five calls anew, and then keeps the cheaper general plan. In a log
 * of 15,000 to 200,000 runs one of the five may sort all runs of the organisation. The policy and the filter are two
 * conditions on one column, and Postgres takes them for independent.
 */
const CALLS = 6;
const MODES = ["auto", "force_generic_plan"];

const STATISTICS: Readonly<Record<string, (admin: Sql, fill: () => Promise<unknown>) => Promise<void>>> = {
  "no statistics": async (admin, fill) => {
    await fill();
    await admin.unsafe(`delete from pg_statistic where starelid = '${LOG}'::regclass`);
    await admin.unsafe(`update pg_class set reltuples = -1, relpages = 0, relallvisible = 0
      where oid = '${LOG}'::regclass`);
  },
  "statistics of an empty log": async (admin, fill) => {
    await admin.unsafe(`analyze ${LOG}`);
    await fill();
  },
  "true statistics": async (admin, fill) => {
    await fill();
    await admin.unsafe(`analyze ${LOG}`);
  },
};

for (const [what, prepare] of Object.entries(STATISTICS)) {
  idleTest(
    `a member's page of runs reads what it has with ${what}`,
    async (database) => {
      const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
      try {
        await admin.unsafe(`alter table ${LOG} set (autovacuum_enabled = off)`);
        const { orgId, integrationId, userIds } = await createUnseen(admin);
        await prepare(
          admin,
          () =>
            admin`insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by,
            triggered_at, deadline_at, finished_at)
          select ${orgId}, ${integrationId}, 'webhook',
            case when n % 20 = 0 then 'failed' else 'succeeded' end::public.sync_run_status, 'api',
            now() - n * interval '1 minute', now(), now()
          from generate_series(1, ${ROWS}::integer) n`,
        );
        const [middle] = await admin`
        select triggered_at::text, run_id from public.sync_run_log where org_id = ${orgId}
        order by triggered_at desc offset ${ROWS / 2} limit 1`;
        const args = `'${orgId}', '${middle?.triggered_at}', '${middle?.run_id}', ${PAGE}`;
        const claims = JSON.stringify({ role: "authenticated", sub: userIds.viewer });
        for (const mode of MODES) {
          for (const [page, query] of Object.entries(PAGES)) {
            const read = await admin.begin(async (tx) => {
              await tx`select set_config('request.jwt.claims', ${claims}, true),
              set_config('plan_cache_mode', ${mode}, true), set_config('role', 'authenticated', true)`;
              await tx.unsafe(`prepare page (uuid, timestamptz, uuid, bigint) as ${query}`);
              for (let call = 1; call < CALLS; call++) await tx.unsafe(`execute page (${args})`);
              const rows = await rowsRead(tx, async () => {
                assert.equal((await tx.unsafe(`execute page (${args})`)).length, PAGE);
              });
              await tx.unsafe("deallocate page");
              return rows;
            });
            assert.ok(read <= 3 * PAGE, `${mode}: ${page} looks at ${read} rows of the log and its indexes`);
          }
        }
      } finally {
        await admin.end();
      }
    },
  );
}

/** How many rows of the log, and entries of its indexes, the work looks at. */
async function rowsRead(tx: TransactionSql, work: () => Promise<void>): Promise<number> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select (sum(pg_stat_get_xact_tuples_returned(r.oid)))::integer as n
      from (select ${LOG}::regclass::oid as oid
        union all select indexrelid from pg_index where indrelid = ${LOG}::regclass) r`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  await work();
  return await readSoFar() - before;
}
