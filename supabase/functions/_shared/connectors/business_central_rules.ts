import type { Decimal } from "../decimal.ts";
import type { Entry, RejectedEntry } from "../entries.ts";
import { exportedFields } from "../exported_fields.ts";
import { storableText } from "../storable_text.ts";
import { parseVoucher } from "../voucher.ts";
import { voucherFault } from "../voucher_fault.ts";
import type { BusinessCentralConfig } from "./business_central_config.ts";
import { documentOf } from "./business_central_document.ts";
import { longestNumber, planVoucher } from "./business_central_plan.ts";

/** The part of the config that the rules read. */
export type BusinessCentralRules = Pick<
  BusinessCentralConfig,
  "currency" | "period_rule" | "fiscal_year_ends" | "ignored_fields"
>;

/**
 * The entries that our own rules refuse before their first send, and why: also the second one of two that have the same
 * number and date, for one would be taken for the other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { unsoundVouchers } from "./business_central_rules.ts";
 *
 * const rules = { currency: "NOK", period_rule: "posting_date", fiscal_year_ends: 12, ignored_fields: { voucher: [], line: [] } } as const;
 * const entry = { entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false };
 * assert.deepEqual(unsoundVouchers(rules, [entry]), [{
 *   entry_key: "a",
 *   state: "rejected",
 *   error: "The voucher's posting_date is missing.",
 *   not_sent: true,
 * }]);
 * ```
 */
export function unsoundVouchers(rules: BusinessCentralRules, entries: readonly Entry[]): RejectedEntry[] {
  const documents = new Set<string>();
  return entries.flatMap((entry): RejectedEntry[] => {
    const error = errorOf(rules, entry, documents);
    return error === null ? [] : [{ entry_key: entry.entry_key, state: "rejected", error, not_sent: true }];
  });
}

function errorOf(rules: BusinessCentralRules, entry: Entry, documents: Set<string>): string | null {
  const fault = voucherFault({ ...rules, exported: exportedFields.dynamics, payloads: "vouchers" }, entry);
  if (fault !== null) return fault.reason;
  // Whose number it is plays no part here.
  const plan = planVoucher("", entry);
  if (!plan.ok) return plan.error;
  const voucher = parseVoucher(entry.payload);
  if (voucher !== null && voucher.currency !== rules.currency) {
    return `The voucher is in ${voucher.currency}, but the company's currency is ${rules.currency}, and lines sent to Business Central have no currency of their own.`;
  }
  if (voucher?.lines.some(({ amount }) => !isWholeHundredths(amount))) {
    return "The voucher has an amount with more than two decimals, which Business Central would round.";
  }
  const long = voucher?.lines.find(({ account }) => account.trim().length > longestNumber);
  if (long !== undefined) {
    return `The account ${storableText(long.account, 50)} is longer than ${longestNumber} characters.`;
  }
  const document = documentOf(plan.voucher);
  if (documents.has(document)) {
    const { postingDate, documentNumber } = plan.voucher;
    return `Another voucher of ${postingDate} has the same document number ${documentNumber}.`;
  }
  documents.add(document);
  return null;
}

function isWholeHundredths({ units, scale }: Decimal): boolean {
  return scale <= 2 || units % 10n ** BigInt(scale - 2) === 0n;
}
