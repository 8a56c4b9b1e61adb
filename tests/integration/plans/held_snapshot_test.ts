/**
 * A batch costs the same however much went out since a snapshot that is still held: it keeps the traces of all.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { idleTest } from "../../support/idle_database.ts";
import { fillOutbox, STATISTICS } from "./outbox.ts";

const BATCH = 100;

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

/** Exports a batch in two transactions, and returns how many entries of its indexes they looked at. */
async function exportBatch(sql: Sql, runId: string): Promise<number> {
  let batch = { batch_id: "", entries: [] as { entry_key: string }[] };
  const reserving = await sql.begin((tx) =>
    tracesRead(tx, async () => {
      const [row] = await tx`select public.sync_worker_reserve_entries(${runId}, 1, 't', ${BATCH}) as batch`;
      batch = row?.batch;
    })
  );
  assert.equal(batch.entries.length, BATCH);
  const results = batch.entries.map(({ entry_key }) => ({ entry_key, state: "exported" }));
  const recording = await sql.begin((tx) =>
    tracesRead(tx, () =>
      tx`
      select public.sync_worker_record_results(${runId}, 1, 't', ${batch.batch_id}, ${tx.json(results)})`)
  );
  return reserving + recording;
}

/** How many entries of the outbox's indexes the work looks at, with those of rows that are gone. */
async function tracesRead(tx: postgres.TransactionSql, work: () => Promise<unknown>): Promise<number> {
  const readSoFar = async () => {
    const [row] = await tx<{ n: number }[]>`
      select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))::integer as n from pg_index i
      where i.indrelid = 'public.sync_export_entries'::regclass`;
    return row?.n ?? 0;
  };
  const before = await readSoFar();
  await work();
  return await readSoFar() - before;
}
