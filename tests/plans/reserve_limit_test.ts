/**
 * A batch has at most as many entries as were asked for, and costs what it has, whatever the planner believes.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { localTest } from "../support/local_only.ts";
import { createTenant } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

const PENDING = 3_000;
const EXPORTED = 20_000;
const BATCH = 100;
const TABLE = "public.sync_export_entries";

/** What the planner may know of the outbox. */
const STATISTICS: Readonly<Record<string, (admin: Sql, fill: () => Promise<unknown>) => Promise<void>>> = {
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
  "true statistics": async (admin, fill) => {
    await fill();
    await admin.unsafe(`analyze ${TABLE}`);
  },
};

for (const [what, prepare] of Object.entries(STATISTICS)) {
  localTest(
    `reserve_entries evaluates its limit once with ${what}, custom and generic plans`,
    async (platform) => {
      const admin = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
      try {
        await pauseJobs(admin);
        await admin.unsafe(`alter table ${TABLE} set (autovacuum_enabled = off)`);
        const { integrationId, orgId } = await createTenant(admin, platform);
        await prepare(admin, () =>
          admin`
        insert into public.sync_export_entries
          (integration_id, entry_key, period, document_number, payload, state, exported_at)
        select ${integrationId}, 'entry ' || n, '2026-10', 'B-' || n, '{"a": "1.00"}',
          case when n > ${EXPORTED} then 'pending' else 'exported' end::public.sync_entry_state,
          case when n <= ${EXPORTED} then now() end
        from generate_series(1, ${EXPORTED + PENDING}) n`);
        await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
        const [run] = await admin`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
        await admin`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${run?.run_id}`;
        await admin`select public.sync_worker_claim(${run?.run_id}, 1, 't', gen_random_uuid(), 1, false)`;

        for (const mode of ["auto", "force_custom_plan", "force_generic_plan"]) {
          const worker = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
          try {
            await worker.unsafe(`set plan_cache_mode = ${mode}`);
            const sizes: number[] = [];
            let most = 0;
            // Plans of a function become generic with the sixth call, the ninth was the one that handed out everything.
            for (let call = 0; call < 9; call++) {
              const { entries, read } = await worker.begin((tx) => reserve(tx, run?.run_id));
              sizes.push(entries);
              most = Math.max(most, read);
            }
            assert.deepEqual(sizes, Array(9).fill(BATCH), mode);
            assert.ok(most <= 12 * BATCH, `${mode}: a batch of ${BATCH} read ${most} rows of the outbox`);
          } finally {
            await worker.end();
          }
        }
      } finally {
        await admin.end();
      }
    },
  );
}

/** Reserves a batch and settles it; returns its size and how many rows of the outbox the reservation read. */
async function reserve(tx: TransactionSql, runId: string): Promise<{ entries: number; read: number }> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select (coalesce(sum(idx_tup_fetch), 0) + coalesce(sum(seq_tup_read), 0))::int as n
      from pg_stat_xact_user_tables where relid = ${TABLE}::regclass`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  const [row] = await tx<{ batch: { batch_id: string; entries: { entry_key: string }[] } }[]>`
    select public.sync_worker_reserve_entries(${runId}, 1, 't', ${BATCH}) as batch`;
  if (row === undefined) throw new Error("no answer");
  const read = await readSoFar() - before;
  const { batch_id, entries } = row.batch;
  await tx`select public.sync_worker_record_results(${runId}, 1, 't', ${batch_id}, ${
    tx.json(entries.map(({ entry_key }) => ({ entry_key, state: "exported" })))
  })`;
  return { entries: entries.length, read };
}
