/**
 * A batch has at most as many entries as were asked for, and costs what it has, whatever the planner believes.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type TransactionSql } from "postgres";
import { idleTest } from "../../support/databases/idle_database.ts";
import { fillOutbox, rowsRead, STATISTICS } from "./outbox.ts";

const BATCH = 100;

for (const [what, prepare] of Object.entries(STATISTICS)) {
  idleTest(
    `reserve_entries evaluates its limit once with ${what}, custom and generic plans`,
    async (database) => {
      const { admin, orgId } = await fillOutbox(database, prepare);
      try {
        const [run] = await admin`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
        await admin`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${run?.run_id}`;
        await admin`select public.sync_worker_claim(${run?.run_id}, 1, 't', gen_random_uuid(), 1, false)`;

        for (const mode of ["auto", "force_custom_plan", "force_generic_plan"]) {
          const worker = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
          try {
            await worker.unsafe(`set plan_cache_mode = ${mode}`);
            const sizes: number[] = [];
            let most = 0;
            let mostChosen = 0;
            let mostMissing = 0;
            // Plans of a function become generic with the sixth call; the ninth was the one that handed out everything.
            for (let call = 0; call < 9; call++) {
              const { entries, reserving, recording } = await worker.begin((tx) => reserve(tx, run?.run_id));
              sizes.push(entries);
              most = Math.max(most, reserving, recording);
              mostChosen = Math.max(mostChosen, await worker.begin((tx) => reserveChosen(tx, run?.run_id)));
              mostMissing = Math.max(
                mostMissing,
                await worker.begin((tx) => reserveMissing(tx, run?.run_id)),
              );
            }
            assert.deepEqual(sizes, Array(9).fill(BATCH), mode);
            assert.ok(most <= 12 * BATCH, `${mode}: a batch of ${BATCH} read ${most} rows of the outbox`);
            assert.ok(mostChosen <= 30, `${mode}: a chosen entry read ${mostChosen} rows of the outbox`);
            assert.ok(mostMissing <= 10, `${mode}: no entry read ${mostMissing} rows of the outbox`);
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

/** Reserves a batch and settles it; returns its size and how many rows of the outbox both read. */
async function reserve(
  tx: TransactionSql,
  runId: string,
): Promise<{ entries: number; reserving: number; recording: number }> {
  let batch = { batch_id: "", entries: [] as { entry_key: string }[] };
  const reserving = await rowsRead(tx, async () => {
    const [row] = await tx<{ batch: typeof batch }[]>`
      select public.sync_worker_reserve_entries(${runId}, 1, 't', ${BATCH}) as batch`;
    if (row === undefined) throw new Error("no answer");
    batch = row.batch;
  });
  const results = batch.entries.map(({ entry_key }) => ({ entry_key, state: "exported" }));
  const recording = await rowsRead(tx, () =>
    tx`
    select public.sync_worker_record_results(${runId}, 1, 't', ${batch.batch_id}, ${tx.json(results)})`);
  return { entries: batch.entries.length, reserving, recording };
}

/** Reserves the last entry by its key, gives it back, and returns how many rows of the outbox the reservation read. */
async function reserveChosen(tx: TransactionSql, runId: string): Promise<number> {
  const [last] = await tx`select entry_key from public.sync_export_entries
    where state = 'pending' and entry_key like 'entry %' order by entry_id desc limit 1`;
  let batchId = "";
  const read = await rowsRead(tx, async () => {
    const [row] = await tx`
      select public.sync_worker_reserve_entries(${runId}, 1, 't', 1, ${[last?.entry_key]}) as batch`;
    assert.deepEqual(row?.batch.entries.map((entry: { entry_key: string }) => entry.entry_key), [
      last?.entry_key,
    ]);
    batchId = row?.batch.batch_id;
  });
  const results = [{ entry_key: last?.entry_key, state: "pending" }];
  await tx`select public.sync_worker_record_results(${runId}, 1, 't', ${batchId}, ${tx.json(results)})`;
  return read;
}

/** Of an empty list of ids the planner proves everything: each partial index would do, with what it holds of all tenants. */
async function reserveMissing(tx: TransactionSql, runId: string): Promise<number> {
  return await rowsRead(tx, async () => {
    const [row] = await tx`
      select public.sync_worker_reserve_entries(${runId}, 1, 't', 1, '{missing}') as batch`;
    assert.equal(row?.batch.batch_id, null);
  });
}
