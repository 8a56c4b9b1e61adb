import { type Batch, type EntryResult, isFirstSend, openEntries } from "../../../vouchers/entries.ts";
import type { Failure } from "../../../core/errors.ts";
import { BusinessCentralFault } from "../fault.ts";
import { codeMissing } from "../../code_missing.ts";
import { findPostings } from "../books/ledger.ts";
import { documentOf } from "../voucher/document.ts";
import { type PlannedVoucher, planVoucher } from "../voucher/plan.ts";
import { postGroup } from "./posting.ts";
import { unsoundVouchers } from "../voucher/rules.ts";
import { judgeRefused } from "./judge_refusal.ts";
import { type ExportTools, isOpen, recordStanding, type Work } from "./work.ts";
import { exported, numberInUse } from "./results.ts";
import type { ExportOutcome } from "../../connector.ts";

/**
 * Exports entries through the journal, each exactly once.
 *
 * The journal is read first, then the ledger: what is in neither was not sent, and what a late request posts between the
 * two reads shows in the ledger. Only then is anything written. See `postGroup` for how.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "../testing/books.ts";
 * import { exportVouchers } from "./export.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs",
 *   lines: [{ account: "6860", debit: "100.10" }, { account: "2910", credit: "100.10" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "UB-1", payload, settled: false };
 * const batch = { batch_id: "b", resend: false, entries: [entry] };
 * const tools = emptyBooks();
 * const exported = { results: [{ entry_key: "a", state: "exported", external_id: "UB-1" }] };
 * assert.deepEqual(await exportVouchers(tools, batch), exported);
 * // And once more: found, not booked again.
 * assert.deepEqual(await exportVouchers(tools, batch), exported);
 * ```
 */
export async function exportVouchers(tools: ExportTools, batch: Batch): Promise<ExportOutcome> {
  const results = new Map<string, EntryResult>();
  const entries = openEntries(batch.entries);
  const { vouchers, held } = planAll(tools, batch, results);
  // What was seen by a lookup is for the export behind it. Later ones look for themselves.
  const work: Work = {
    tools,
    vouchers,
    results,
    stood: new Set(tools.memory.begun),
    doubtful: new Set(),
    tried: new Set(),
    refused: new Map(),
    failure: null,
  };
  tools.memory.begun.clear();
  try {
    if (vouchers.length > 0) await exportPlanned(work, entries.length === batch.entries.length);
    // Lines of what has to wait must not hold up what does not.
    else if (held !== null) await postGroup(work, []);
  } catch (error) {
    if (!(error instanceof BusinessCentralFault)) throw error;
    if (error.isDoubtful) tools.memory.isQuiet = false;
    work.failure = error.failure;
  }
  for (const voucher of vouchers) {
    const { entry_key } = voucher;
    if (results.has(entry_key)) continue;
    results.set(entry_key, { entry_key, state: isOpen(work, voucher) ? "unknown" : "pending" });
  }
  const why = work.failure ?? held;
  return { results: [...results.values()], ...(why === null ? {} : { failure: why }) };
}

/**
 * On a first send our own rules apply. Later only what cannot be planned is refused, and an entry whose code has left
 * the configuration stays unknown: `held` says why.
 */
function planAll(
  { context, rules }: ExportTools,
  batch: Batch,
  results: Map<string, EntryResult>,
): { vouchers: PlannedVoucher[]; held: Failure | null } {
  const entries = openEntries(batch.entries);
  const isFirst = isFirstSend(batch);
  for (const rejected of isFirst ? unsoundVouchers(rules, entries) : []) {
    results.set(rejected.entry_key, rejected);
  }
  const vouchers = new Map<string, PlannedVoucher>();
  let held: Failure | null = null;
  for (const entry of entries.filter(({ entry_key }) => !results.has(entry_key))) {
    const { entry_key } = entry;
    const plan = planVoucher(context.integration_id, rules, entry, isFirst ? "first" : "again");
    if (plan.ok) vouchers.set(documentOf(plan.voucher), plan.voucher);
    else if (plan.unmapped) {
      results.set(entry_key, { entry_key, state: "unknown" });
      held ??= codeMissing("business_central_code_missing", entry, plan.error);
    } else results.set(entry_key, { entry_key, state: "rejected", error: plan.error });
  }
  return { vouchers: [...vouchers.values()], held };
}

/** `isWhole`: nothing of the batch was settled before. */
async function exportPlanned(work: Work, isWhole: boolean): Promise<void> {
  const { tools, vouchers, results } = work;
  recordStanding(work, await tools.journal.read());
  const postings = await findPostings(tools.client, tools.place, vouchers);
  for (const voucher of vouchers) {
    const posting = postings.get(voucher.entry_key);
    // Handed out as new and booked all the same: the record of its export was lost, by a restored backup for one.
    if (posting === "posted") results.set(voucher.entry_key, exported(voucher));
    if (posting === "other") results.set(voucher.entry_key, numberInUse(voucher));
  }
  const open = vouchers.filter(({ entry_key }) => !results.has(entry_key));
  try {
    for (const group of groupsWithoutClash(open)) await postGroup(work, group);
  } catch (error) {
    if (!(error instanceof BusinessCentralFault)) throw error;
    if (error.isDoubtful) tools.memory.isQuiet = false;
    work.failure = error.failure;
  }
  judgeRefused(work, open, isWhole);
}

/** Two vouchers whose line numbers would be the same cannot be in the journal together. */
function groupsWithoutClash(vouchers: readonly PlannedVoucher[]): PlannedVoucher[][] {
  const groups: Map<number | undefined, PlannedVoucher>[] = [];
  for (const voucher of vouchers) {
    const first = voucher.lines[0]?.lineNumber;
    let group = groups.find((candidate) => !candidate.has(first));
    if (group === undefined) groups.push(group = new Map());
    group.set(first, voucher);
  }
  return groups.map((group) => [...group.values()]);
}
