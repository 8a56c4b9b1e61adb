import type { TransactionSql } from "postgres";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { expectCount } from "../calls.ts";
import { interleave } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

/** A delivery of 10,000 vouchers in one call, new and once more, against a bare insert of the same rows. */
export const delivery: Benchmark = {
  name: "delivery",
  description:
    "add_sync_entries with 10,000 vouchers, new and unchanged, against a bare insert of the same rows",
  run: async ({ quick, progress, server }) => {
    const database = await (await server()).database({ rows: 0 });
    const [tenant] = await database.tenants(1, 1);
    if (tenant === undefined) throw new Error("no tenant");
    const vouchers = quick ? 500 : 10_000;
    await prepare(database, vouchers);
    const found = await interleave(quick ? 3 : 9, {
      bare: () => measure(database, tenant, [], insertBare),
      added: () => measure(database, tenant, [], deliver, { added: vouchers }),
      unchanged: () => measure(database, tenant, [deliver], deliver, { unchanged: vouchers }),
    }, (round) => progress(`round ${round}`));
    await database.admin`drop schema bench_delivery cascade`;
    const rates = (times: readonly number[]) => times.map((milliseconds) => vouchers * 1000 / milliseconds);
    return {
      results: (["added", "unchanged"] as const).map((part): Result => ({
        benchmark: delivery.name,
        case: `${vouchers} vouchers, ${part}`,
        unit: "entries/s",
        measured: percentile(rates(found[part]), 0.5),
        reference: percentile(rates(found.bare), 0.5),
        ratio: ratios(rates(found[part]), rates(found.bare)),
        goal: { atLeast: part === "added" ? 0.25 : 0.35 },
      })),
    };
  },
};

/** The delivery as a row, and a table with the checks, indexes and foreign key of the outbox, without its triggers. */
async function prepare({ admin }: BenchDatabase, vouchers: number): Promise<void> {
  await admin`create schema bench_delivery`;
  await admin`create table bench_delivery.bare (like public.sync_export_entries including all)`;
  await admin`
    alter table bench_delivery.bare add foreign key (integration_id) references public.sync_integrations (id)`;
  await admin`
    create table bench_delivery.delivery as
    select jsonb_agg(jsonb_build_object('entry_key', 'E-' || n, 'period', '2026-11', 'document_number', 'UB-' || n,
      'payload', jsonb_build_object('posting_date', '2026-11-23', 'currency', 'NOK', 'description', 'Kurs og møter',
        'lines', jsonb_build_array(
          jsonb_build_object('account', '6860', 'debit', n || '.25', 'description', 'Kurs', 'department', 'Salg'),
          jsonb_build_object('account', '2711', 'debit', '0.25', 'description', 'Inngående mva. 25 %'),
          jsonb_build_object('account', '2910', 'credit', n || '.50', 'description', 'Gjeld til ansatt'))))
      order by n) as entries
    from generate_series(1, ${vouchers}) n`;
}

type Work = (sql: TransactionSql, tenant: BenchTenant) => Promise<Readonly<Record<string, unknown>>>;

/** Milliseconds of the last piece of work; nothing of it stays. */
async function measure(
  { admin }: BenchDatabase,
  tenant: BenchTenant,
  before: readonly Work[],
  work: Work,
  expected: Readonly<Record<string, number>> = {},
): Promise<number> {
  let milliseconds = 0;
  await admin.begin(async (sql) => {
    await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
    for (const earlier of before) await earlier(sql, tenant);
    const begin = performance.now();
    const counts = await work(sql, tenant);
    milliseconds = performance.now() - begin;
    for (const [what, count] of Object.entries(expected)) expectCount(what, Number(counts[what]), count);
    throw new Undo();
  }).catch((error) => {
    if (!(error instanceof Undo)) throw error;
  });
  return milliseconds;
}

class Undo extends Error {}

const deliver: Work = async (sql, { orgId }) => {
  const [row] = await sql`
    select public.add_sync_entries(${orgId}, 'webhook', d.entries) as counts from bench_delivery.delivery d`;
  return row?.counts;
};

const insertBare: Work = async (sql, { integrationId }) => {
  await sql`
    insert into bench_delivery.bare (integration_id, entry_key, period, document_number, payload)
    select ${integrationId}::uuid, i ->> 'entry_key', i ->> 'period', i ->> 'document_number', i -> 'payload'
    from bench_delivery.delivery d, jsonb_array_elements(d.entries) i`;
  return {};
};
