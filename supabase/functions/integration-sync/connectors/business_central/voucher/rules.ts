import type { Entry, RejectedEntry } from "../../../vouchers/entries.ts";
import { documentOf } from "./document.ts";
import { type PlanRules, planVoucher } from "./plan.ts";

/**
 * The entries that our own rules refuse before their first send, and why. One is the second of two with the same number
 * and date: it would be taken for the first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "../testing/books.ts";
 * import { unsoundVouchers } from "./rules.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false };
 * assert.deepEqual(unsoundVouchers(emptyBooks().rules, [entry]), [{
 *   entry_key: "a",
 *   state: "rejected",
 *   error: "The voucher's posting_date is missing.",
 *   not_sent: true,
 * }]);
 * ```
 */
export function unsoundVouchers(rules: PlanRules, entries: readonly Entry[]): RejectedEntry[] {
  const documents = new Set<string>();
  return entries.flatMap((entry): RejectedEntry[] => {
    const error = errorOf(rules, entry, documents);
    return error === null ? [] : [{ entry_key: entry.entry_key, state: "rejected", error, not_sent: true }];
  });
}

function errorOf(rules: PlanRules, entry: Entry, documents: Set<string>): string | null {
  // Whose number it is plays no part here.
  const plan = planVoucher("", rules, entry, "first");
  if (!plan.ok) return plan.error;
  const document = documentOf(plan.voucher);
  if (documents.has(document)) {
    const { postingDate, documentNumber } = plan.voucher;
    return `Another voucher of ${postingDate} has the same document number ${documentNumber}.`;
  }
  documents.add(document);
  return null;
}
