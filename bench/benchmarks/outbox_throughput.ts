import type { Sql } from "postgres";
import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { asWorker, openOutbox, type Outbox } from "../outbox.ts";
import { script } from "../script.ts";
import { percentile, ratios } from "../statistics.ts";

const SIZE = 500;

/** What it costs to reserve and record batches, against two bare updates of the same rows; and while a snapshot is held. */
export const outboxThroughput: Benchmark = {
  name: "outbox-throughput",
  description:
    "batches of 500 reserved and recorded, against bare updates of the same rows (goal 0.7), with 0 and 2,000,000 " +
    "exported entries; and 10,000 entries later under a snapshot that is held (goal 1.2)",
  run: async (context) => {
    const results: Result[] = [];
    for (const exported of context.quick ? [0, 5_000] : [0, 2_000_000]) {
      const outbox = await openOutbox(context, "throughput", exported, context.quick ? 20_000 : 100_000);
      await outbox.database.admin.unsafe(await script("outbox_loops.sql"));
      await outbox.database.admin`vacuum analyze public.sync_export_entries`;
      const worker = await asWorker(outbox.database);
      results.push(await compare(context, outbox, worker), await hold(context, outbox, worker));
      await worker.end();
    }
    return { results };
  },
};

async function compare({ quick, progress }: BenchContext, outbox: Outbox, worker: Sql): Promise<Result> {
  const batches = quick ? 2 : 10;
  // The first calls plan their statements.
  await exportBatches(worker, outbox, 2);
  const found = await interleave(quick ? 3 : 7, {
    bare: async () => perSecond(batches, await exportBare(worker, outbox, batches)),
    worker: async () => perSecond(batches, await exportBatches(worker, outbox, batches)),
  }, (round) => progress(`${outbox.exported} exported, round ${round}`));
  return {
    benchmark: outboxThroughput.name,
    case: `reserve and record, ${outbox.exported} exported`,
    unit: "entries/s",
    measured: percentile(found.worker, 0.5),
    reference: percentile(found.bare, 0.5),
    ratio: ratios(found.worker, found.bare),
    goal: { atLeast: 0.7 },
  };
}

/** The last batches of 20 under a snapshot that sees none of them, against the first ones. */
async function hold({ progress }: BenchContext, outbox: Outbox, worker: Sql): Promise<Result> {
  const holder = outbox.database.asSuperuser();
  const times: number[] = [];
  await holder.begin("isolation level repeatable read", async (tx) => {
    await tx`select count(*) from bench.tenants`;
    for (let batch = 0; batch < 20; batch++) times.push(await exportBatches(worker, outbox, 1));
  });
  await holder.end();
  progress(`${outbox.exported} exported, under a snapshot`);
  const [first, last] = [times.slice(0, 5), times.slice(-5)];
  return {
    benchmark: outboxThroughput.name,
    case: `the same after 10,000 under a held snapshot, ${outbox.exported} exported`,
    unit: "ms",
    measured: percentile(last, 0.5),
    reference: percentile(first, 0.5),
    ratio: ratios(last, first),
    goal: { atMost: 1.2 },
  };
}

function perSecond(batches: number, milliseconds: number): number {
  return batches * SIZE * 1000 / milliseconds;
}

async function exportBatches(sql: Sql, { runId }: Outbox, batches: number): Promise<number> {
  const [row] = await sql`call bench.export_batches(${runId}, ${batches}, ${SIZE}, null)`;
  return row?.milliseconds;
}

async function exportBare(sql: Sql, { tenant }: Outbox, batches: number): Promise<number> {
  const [row] = await sql`call bench.export_bare(${tenant.integrationId}, ${batches}, ${SIZE}, null)`;
  return row?.milliseconds;
}
