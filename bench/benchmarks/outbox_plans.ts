import type { Sql, TransactionSql } from "postgres";
import type { Benchmark, Result } from "../benchmark.ts";
import { expectCount } from "../calls.ts";
import {
  asWorker,
  beliefs,
  believeOf,
  measureOutbox,
  openOutbox,
  type Outbox,
  type OutboxCost,
  PENDING,
} from "../outbox.ts";
import { percentile, ratios } from "../statistics.ts";

const NAMED = 100;
/** A function's plans may become generic with the sixth call. */
const CALLS = 8;
const MODES = ["auto", "force_custom_plan", "force_generic_plan"];

/** What the outbox costs when nearly all of it is exported, whatever the planner believes, against one with nothing exported. */
export const outboxPlans: Benchmark = {
  name: "outbox-plans",
  description:
    "pages of the outbox that each call reads, with 2,000,000 exported entries, a neighbour with 400,000 open ones and " +
    "statistics that are true, none or wrong, against an outbox without these",
  run: async (context) => {
    const full = await openOutbox(context, "plans", context.quick ? 20_000 : 2_000_000);
    const empty = await openOutbox(context, "plans", 0);
    await believeOf(empty.database, "true");
    const reference = await measureAll(empty);
    const results: Result[] = [];
    const rows = new Map(
      [...reference].map(([act, costs]) => [act, [`${summary(costs)} with none exported`]]),
    );
    for (const belief of beliefs) {
      await believeOf(full.database, belief);
      context.progress(`statistics: ${belief}`);
      for (const [act, costs] of await measureAll(full)) {
        const others = reference.get(act) ?? [];
        results.push(compare(`${act}, statistics: ${belief}`, costs, others));
        rows.get(act)?.push(`${summary(costs)} (${belief})`);
      }
    }
    const notes = [
      `The most rows of the outbox that a call read and its median time, with ${full.exported} exported entries, by statistics:`,
      ...[...rows].map(([act, counts]) => `  ${act}: ${counts.join(", ")}`),
    ];
    return { results, notes };
  },
};

function summary(costs: readonly OutboxCost[]): string {
  const rows = Math.max(...costs.map((cost) => cost.rows));
  return `${rows} rows in ${percentile(costs.map((cost) => cost.milliseconds), 0.5).toFixed(1)} ms`;
}

function compare(name: string, costs: readonly OutboxCost[], others: readonly OutboxCost[]): Result {
  const [measured, reference] = [costs, others].map((all) => all.map(({ pages }) => pages));
  return {
    benchmark: outboxPlans.name,
    case: name,
    unit: "pages",
    measured: percentile(measured ?? [], 0.5),
    reference: percentile(reference ?? [], 0.5),
    ratio: ratios(measured ?? [], reference ?? []),
    // The indexes are a level or two higher.
    goal: { atMost: 2 },
  };
}

/** The costs of each call in each mode of the plan cache, all calls of it. */
async function measureAll(outbox: Outbox): Promise<Map<string, OutboxCost[]>> {
  const found = new Map<string, OutboxCost[]>();
  for (const mode of MODES) {
    const sql = await asWorker(outbox.database);
    await sql`select set_config('plan_cache_mode', ${mode}, false)`;
    for (let call = 0; call < CALLS; call++) {
      for (const play of [exportBatch, exportOne, deliverKnown, deliverNew, withdraw, look]) {
        await undone(sql, async (tx) => {
          for (const [act, cost] of await play(tx, outbox)) found.set(act, [...found.get(act) ?? [], cost]);
        });
      }
    }
    await sql.end();
  }
  return found;
}

class Undone extends Error {}

/** Rolled back, so that each call finds the same outbox. */
async function undone(sql: Sql, work: (tx: TransactionSql) => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await work(tx);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

type Costs = [act: string, cost: OutboxCost][];

/** What a worker does with a batch, and at its end. */
async function exportBatch(tx: TransactionSql, outbox: Outbox): Promise<Costs> {
  return [
    ...await reserveAndRecord(tx, outbox, NAMED, null),
    [
      "finish",
      await measureOutbox(
        tx,
        () => tx`select public.sync_worker_finish(${outbox.runId}, 1, 't', 'succeeded')`,
      ),
    ],
  ];
}

/** What a worker does that takes one entry out of a refused batch. */
async function exportOne(tx: TransactionSql, outbox: Outbox): Promise<Costs> {
  return await reserveAndRecord(tx, outbox, 1, [`entry ${outbox.exported + PENDING / 2}`]);
}

async function reserveAndRecord(
  tx: TransactionSql,
  { runId }: Outbox,
  size: number,
  keys: string[] | null,
): Promise<Costs> {
  let batch = { batch_id: "", entries: [] as { entry_key: string }[] };
  const reserved = await measureOutbox(tx, async () => {
    const [row] =
      await tx`select public.sync_worker_reserve_entries(${runId}, 1, 't', ${size}, ${keys}) as batch`;
    batch = row?.batch;
  });
  expectCount("reserved entries", batch.entries.length, size);
  const results = batch.entries.map(({ entry_key }) => ({ entry_key, state: "exported" }));
  const recorded = await measureOutbox(
    tx,
    () =>
      tx`select public.sync_worker_record_results(${runId}, 1, 't', ${batch.batch_id}, ${tx.json(results)})`,
  );
  const how = keys === null ? "" : " by its key";
  return [[`reserve ${size}${how}`, reserved], [`record ${size}${how}`, recorded]];
}

/** Half of the keys is exported, half waits; where nothing is exported, all wait. */
async function deliverKnown(tx: TransactionSql, { tenant, exported }: Outbox): Promise<Costs> {
  const first = Math.max(exported - NAMED / 2, 0);
  const numbers = Array.from({ length: NAMED }, (_, n) => first + n + 1);
  const deliver = (amount: string) =>
    measureOutbox(
      tx,
      () =>
        tx`select public.add_sync_entries(${tenant.orgId}, 'webhook', ${
          tx.json(numbers.map((n) => entry(n, amount)))
        })`,
    );
  const unchanged = await deliver("1.00");
  const changed = await deliver("2.00");
  const costs: Costs = [[`deliver ${NAMED}, unchanged`, unchanged], [`deliver ${NAMED}, changed`, changed]];
  if (exported === 0) {
    // Something to decide about, as there is in the other one.
    await tx`update public.sync_export_entries set state = 'exported', exported_at = now(),
      conflict_at = now(), conflict_payload_hash = '', conflict_content = '{}'
      where entry_key = any (${numbers.slice(0, NAMED / 2).map((n) => `entry ${n}`)})`;
  }
  const decisions = numbers.slice(0, NAMED / 2).map((n) => ({ entry_key: `entry ${n}`, resolution: "keep" }));
  costs.push([
    `settle ${NAMED / 2}`,
    await measureOutbox(
      tx,
      () =>
        tx`select public.settle_sync_entries(${tenant.orgId}, 'webhook', ${tx.json(decisions)}, 'measured')`,
    ),
  ]);
  return costs;
}

async function deliverNew(tx: TransactionSql, { tenant }: Outbox): Promise<Costs> {
  const entries = Array.from({ length: NAMED }, (_, n) => entry(-n - 1, "1.00"));
  return [[
    `deliver ${NAMED}, new`,
    await measureOutbox(
      tx,
      () => tx`select public.add_sync_entries(${tenant.orgId}, 'webhook', ${tx.json(entries)})`,
    ),
  ]];
}

async function withdraw(tx: TransactionSql, { tenant, exported }: Outbox): Promise<Costs> {
  const keys = Array.from({ length: NAMED }, (_, n) => `entry ${exported + n + 1}`);
  return [[
    `withdraw ${NAMED}`,
    await measureOutbox(
      tx,
      () => tx`select public.withdraw_sync_entries(${tenant.orgId}, 'webhook', ${keys}, 'measured')`,
    ),
  ]];
}

async function look(tx: TransactionSql, { tenant }: Outbox): Promise<Costs> {
  return [[
    "overview",
    await measureOutbox(tx, () => tx`select * from public.sync_overview(${tenant.orgId})`),
  ]];
}

function entry(n: number, amount: string): Record<string, string | Record<string, string>> {
  return {
    entry_key: `entry ${n}`,
    period: "2026-10",
    document_number: `B-${n}`,
    payload: { date: "2026-10-31", amount },
  };
}
