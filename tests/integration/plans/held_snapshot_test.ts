/**
 * Batches and runs cost the same however many came before them since a snapshot that is still held: it keeps their traces.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { idleTest } from "../../support/databases/idle_database.ts";
import { createUnseen, fillOutbox, STATISTICS } from "./outbox.ts";

const OUTBOX = "public.sync_export_entries";
const BATCH = 100;
/** Attempts that have ended: by the statistics nearly none is open, so the planner likes the index of those. */
const ENDED = 20_000;

idleTest(
  "reserve and record read no trace of earlier batches while a snapshot is held",
  async (database) => {
    const { admin, orgId } = await fillOutbox(database, STATISTICS["true statistics"] ?? assert.fail());
    const holder = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
    try {
      const [run] = await admin`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
      await admin`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${run?.run_id}`;
      await admin`select public.sync_worker_claim(${run?.run_id}, 1, 't', gen_random_uuid(), 1, false)`;
      const traces: number[] = [];
      await holder.begin("isolation level repeatable read", async (snapshot) => {
        await snapshot`select from public.sync_integrations`;
        for (let batch = 0; batch < 20; batch++) traces.push(await exportBatch(admin, run?.run_id));
      });
      // The first batches have nothing behind them.
      const [third = 0, last = Infinity] = [traces[2], traces.at(-1)];
      assert.ok(last <= 1.2 * third, `a batch reads ${third} entries of indexes, and ${last} after 17 more`);
    } finally {
      await holder.end();
      await admin.end();
    }
  },
);

idleTest("a run reads no trace of earlier runs while a snapshot is held", async (database) => {
  const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
  const holder = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await fillAttempts(admin);
    const orgIds: string[] = [];
    for (let n = 0; n < 20; n++) orgIds.push((await createUnseen(admin)).orgId);
    await admin`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
    const traces: number[] = [];
    await holder.begin("isolation level repeatable read", async (snapshot) => {
      await snapshot`select from public.sync_integrations`;
      for (const orgId of orgIds) traces.push(await playRun(admin, orgId));
    });
    const [third = 0, last = Infinity] = [traces[2], traces.at(-1)];
    assert.ok(last <= third, `a run reads ${third} entries of indexes, and ${last} after 17 more`);
  } finally {
    await holder.end();
    await admin.end();
  }
});

async function fillAttempts(admin: Sql): Promise<void> {
  const { orgId, integrationId } = await createUnseen(admin);
  await admin`
    with run as (
      insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at,
        finished_at)
      values (${orgId}, ${integrationId}, 'webhook', 'succeeded', 'api', now(), now()) returning run_id)
    insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at, ended_at, outcome)
    select run_id, n, '', now(), now(), 'succeeded' from run, generate_series(1, ${ENDED}::int) n`;
  await admin`vacuum analyze sync_scheduler.run_attempts`;
}

/** Plays a run by its engine's calls, and returns how many entries of the attempts' indexes they looked at. */
async function playRun(sql: Sql, orgId: string): Promise<number> {
  let runId = "";
  const steps = [
    async (tx: postgres.TransactionSql) => {
      const [run] = await tx`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
      runId = run?.run_id;
      // As the tick does, if no worker has claimed it.
      await tx`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${runId}`;
    },
    (tx: postgres.TransactionSql) =>
      tx`select public.sync_worker_claim(${runId}, 1, 't', gen_random_uuid(), 1, false)`,
    (tx: postgres.TransactionSql) => tx`select sync_scheduler.recover_run(${runId})`,
    (tx: postgres.TransactionSql) => tx`select public.sync_worker_heartbeat(${runId}, 1, 't')`,
    (tx: postgres.TransactionSql) => tx`select public.sync_worker_finish(${runId}, 1, 't', 'succeeded')`,
  ];
  let traces = 0;
  for (const step of steps) {
    traces += await sql.begin((tx) => tracesRead(tx, "sync_scheduler.run_attempts", () => step(tx)));
  }
  return traces;
}

/** Exports a batch in two transactions, and returns how many entries of its indexes they looked at. */
async function exportBatch(sql: Sql, runId: string): Promise<number> {
  let batch = { batch_id: "", entries: [] as { entry_key: string }[] };
  const reserving = await sql.begin((tx) =>
    tracesRead(tx, OUTBOX, async () => {
      const [row] = await tx`select public.sync_worker_reserve_entries(${runId}, 1, 't', ${BATCH}) as batch`;
      batch = row?.batch;
    })
  );
  assert.equal(batch.entries.length, BATCH);
  const results = batch.entries.map(({ entry_key }) => ({ entry_key, state: "exported" }));
  const recording = await sql.begin((tx) =>
    tracesRead(tx, OUTBOX, () =>
      tx`
      select public.sync_worker_record_results(${runId}, 1, 't', ${batch.batch_id}, ${tx.json(results)})`)
  );
  return reserving + recording;
}

/** How many entries of the table's indexes the work looks at, with those of rows that are gone. */
async function tracesRead(
  tx: postgres.TransactionSql,
  table: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))::integer as n from pg_index i
      where i.indrelid = ${table}::regclass`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  await work();
  return await readSoFar() - before;
}
