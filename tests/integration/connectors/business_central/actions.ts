/**
 * What the tests of the connector do with a Business Central integration, and what they say about it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseBusinessCentralConfig } from "../../../../supabase/functions/integration-sync/connectors/business_central/config.ts";
import { planVoucher } from "../../../../supabase/functions/integration-sync/connectors/business_central/voucher/plan.ts";
import type {
  ExportOutcome,
  OpenConnector,
  PingOutcome,
} from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Entry, EntryResult } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { exportBatch } from "../../../../supabase/functions/integration-sync/jobs/export_batch.ts";
import { type BusinessCentralTest, expense, integrationId } from "./tenant.ts";

/** Two vouchers that nothing is wrong with. */
export const two = [expense(1), expense(2)];
/** The id of every batch here. */
export const batch_id = "00000000-0000-4000-8000-000000000001";

/** The connector, opened. */
export function open(bench: BusinessCentralTest): OpenConnector {
  return bench.connector.open(bench.config, bench.credentials);
}

/** A connection check. */
export async function ping(bench: BusinessCentralTest): Promise<PingOutcome> {
  return await bench.run(open(bench).ping(bench.context()));
}

/** A first attempt. */
export async function send(
  bench: BusinessCentralTest,
  entries: readonly Entry[] = two,
): Promise<ExportOutcome> {
  const batch = { batch_id, resend: false, entries };
  return await bench.run(open(bench).export(bench.context(), batch));
}

/** What a later attempt does with a batch of unknown outcome. */
export async function resend(
  bench: BusinessCentralTest,
  entries: readonly Entry[] = two,
): Promise<ExportOutcome> {
  const batch = { batch_id, resend: true, entries };
  const { results, failure } = await bench.run(exportBatch(open(bench), bench.context(), batch, () => {}));
  return { results, ...(failure === null ? {} : { failure }) };
}

/** Attempts until nothing is open, as the engine makes them. */
export async function sendUntilSettled(bench: BusinessCentralTest): Promise<EntryResult[]> {
  const settled = new Map<string, EntryResult>();
  let outcome = await send(bench);
  for (let attempt = 1; attempt < 10; attempt++) {
    for (const result of outcome.results) {
      if (result.state === "exported" || result.state === "rejected") settled.set(result.entry_key, result);
    }
    const left = two.filter(({ entry_key }) => !settled.has(entry_key));
    if (left.length === 0) break;
    await bench.clock.advance((outcome.failure?.retry_after_seconds ?? 30) * 1000);
    outcome = await resend(bench, left);
  }
  return [...settled.values()];
}

/** The states of the results, in order. */
export const states = ({ results }: ExportOutcome): string => results.map(({ state }) => state).join(" ");
/** Class and code of the failure. */
export const failed = ({ failure }: ExportOutcome): unknown[] => [failure?.class, failure?.code];
/** What becomes of {@linkcode two}. */
export const exportedBoth: EntryResult[] = [
  { entry_key: "expense-00001", state: "exported", external_id: "UB-2026-00001" },
  { entry_key: "expense-00002", state: "exported", external_id: "UB-2026-00002" },
];

/** Puts lines of an entry into the journal, as an attempt that died did, or with changes, as a person. */
export function leave(
  bench: BusinessCentralTest,
  entry: Entry,
  count: number,
  changes: { lineNumber?: number; amount?: bigint } = {},
): void {
  const plan = planVoucher(integrationId, parseBusinessCentralConfig(bench.config), entry, "first");
  assert.ok(plan.ok);
  const { voucher } = plan;
  for (const line of voucher.lines.slice(0, count)) {
    bench.fake.journal.lines.push({
      id: crypto.randomUUID(),
      etag: `W/"${crypto.randomUUID()}"`,
      lineNumber: line.lineNumber,
      accountNumber: line.accountNumber,
      postingDate: voucher.postingDate,
      documentNumber: voucher.documentNumber,
      externalDocumentNumber: "",
      amount: BigInt(Math.round(Number(line.amount) * 100)),
      description: line.description,
      comment: "",
      taxCode: "",
      dimensions: new Map(line.dimensions.map(({ code, valueCode }) => [code, valueCode])),
      ...changes,
    });
  }
}
