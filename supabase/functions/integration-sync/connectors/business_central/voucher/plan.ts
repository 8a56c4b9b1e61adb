import { type Decimal, formatDecimal } from "../../../vouchers/decimal.ts";
import type { Entry } from "../../../vouchers/entries.ts";
import { exportedFields } from "../../../vouchers/exported_fields.ts";
import { storableText } from "../../../core/storable_text.ts";
import type { VoucherLine } from "../../../vouchers/voucher_lines.ts";
import { type BookedLine, type Dimension, planLines, withoutZeros } from "./plan_lines.ts";
import { firstLineNumber, mostLines, toCode } from "./document.ts";
import { type Purpose, readVoucher, type VoucherRules } from "../../../vouchers/read_voucher.ts";

const longestNumber = 20;

/** A line as the journal shall have it. */
export interface PlannedLine {
  readonly lineNumber: number;
  readonly accountNumber: string;
  /** The shortest text of the amount: debit above zero, credit below. */
  readonly amount: string;
  readonly description: string;
  /** The code of a VAT product posting group; null leaves it to the account. */
  readonly taxCode: string | null;
  /** Besides those that the account brings. */
  readonly dimensions: readonly Dimension[];
  /** Whether the payload has a VAT code, whatever is made of it: Business Central may have computed VAT. */
  readonly isTaxed: boolean;
}

/** An entry as lines of a journal. */
export interface PlannedVoucher {
  readonly entry_key: string;
  /** Exactly what Business Central stores, and so what is looked up. */
  readonly documentNumber: string;
  readonly externalDocumentNumber: string;
  readonly postingDate: string;
  readonly lines: readonly PlannedLine[];
}

/** The part of the configuration that says how a voucher is written. */
export interface PlanRules extends VoucherRules {
  readonly currency: string;
}

/** A plan, or why Business Central cannot take the entry. `unmapped`: the configuration lacks a code that it needs. */
export type Plan =
  | { readonly ok: true; readonly voucher: PlannedVoucher }
  | { readonly ok: false; readonly error: string; readonly unmapped: boolean };

/**
 * Plans the lines of an entry. For its first send all our rules judge it; later only what could be neither posted nor
 * looked up is refused, and what lacks a code.
 *
 * The entry's document number is the document number in Business Central, the only name under which the ledger can be
 * asked for it. It holds 20 characters, an entry's 35. A longer one is refused: a shortened number would be another
 * entry's, and a hash would be no number that an auditor finds. Fields of type Code are stored in capitals and without
 * blanks around them, so the number is brought to that form here.
 *
 * Line numbers follow from integration, number and date: a line in the journal shows whether it is ours (see {@linkcode
 * isOwnLine}), and the same line cannot be there twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planVoucher } from "./plan.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs i Tromsø",
 *   lines: [{ account: "2910", credit: "100.10" }, { account: "6860", debit: "100.10", department: "Salg" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "ub-1", payload, settled: false };
 * const rules = {
 *   currency: "NOK",
 *   period_rule: "posting_date",
 *   fiscal_year_ends: 12,
 *   ignored_fields: { voucher: [], line: [] },
 *   dimensions: { department: { to: "AVDELING", codes: { Salg: "SALG" } } },
 * } as const;
 * const plan = planVoucher("integration", rules, entry, "first");
 * assert.ok(plan.ok);
 * assert.equal(plan.voucher.documentNumber, "UB-1");
 * assert.deepEqual(plan.voucher.lines.map((line) => line.amount), ["100.1", "-100.1"]);
 * assert.deepEqual(plan.voucher.lines[0]?.dimensions, [{ code: "AVDELING", valueCode: "SALG" }]);
 * ```
 */
export function planVoucher(integrationId: string, rules: PlanRules, entry: Entry, purpose: Purpose): Plan {
  const read = readVoucher(exportedFields.dynamics, rules, entry, purpose);
  if (!read.ok) return read;
  const { voucher, codings } = read;
  const isFirst = purpose === "first";
  const original = entry.document_number ?? "";
  const documentNumber = original.trim().toUpperCase();
  const fault = numberFault(documentNumber);
  if (fault !== null) return reject(fault);
  if (isFirst && toCode(original) === null) {
    return reject(`The document number ${storableText(original, 50)} would not stay itself in capitals.`);
  }
  if (isFirst && voucher.currency !== rules.currency) {
    return reject(
      `The voucher is in ${voucher.currency}, but the company's currency is ${rules.currency}, and lines sent to Business Central have no currency of their own.`,
    );
  }
  const given = voucher.lines.map((line, index): BookedLine => ({
    line,
    coding: codings[index],
    place: `Line ${index + 1}`,
    isTaxed: hasVatCode(entry.payload, index),
  }));
  // Debits first: then only the whole balances, and no first part of the lines. So a late posting that comes in between
  // cannot book half of it.
  const kept = withoutZeros(given, isFirst);
  if (!Array.isArray(kept)) return reject(kept.error);
  const booked = kept.toSorted((a, b) => Number(isDebit(b.line)) - Number(isDebit(a.line)));
  if (booked.length === 0) return reject("The voucher has no line with an amount.");
  if (booked.length > mostLines) return reject(`The voucher has more than ${mostLines} lines.`);
  if (isFirst && booked.some(({ line }) => !isWholeHundredths(line.amount))) {
    return reject(
      "The voucher has an amount with more than two decimals, which Business Central would round.",
    );
  }
  const first = firstLineNumber(integrationId, documentNumber, voucher.posting_date);
  const lines = planLines(voucher.description, booked, isFirst);
  if (!Array.isArray(lines)) return reject(lines.error);
  const { entry_key } = entry;
  const postingDate = voucher.posting_date;
  return {
    ok: true,
    voucher: {
      entry_key,
      documentNumber,
      externalDocumentNumber: original.trim(),
      postingDate,
      lines: lines.map((line, index): PlannedLine => ({
        ...line,
        lineNumber: first + index,
        amount: shortestAmount(line.amount),
      })),
    },
  };
}

/**
 * The shortest text of an amount, so that texts can be compared: 12.50 and 12.5 are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shortestAmount } from "./plan.ts";
 *
 * assert.equal(shortestAmount({ units: -1250n, scale: 2 }), "-12.5");
 * assert.equal(shortestAmount({ units: 100n, scale: 0 }), "100");
 * ```
 */
export function shortestAmount(amount: Decimal): string {
  const text = formatDecimal(amount);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function numberFault(documentNumber: string): string | null {
  const shown = storableText(documentNumber, 50);
  if (documentNumber === "") return "The voucher has no document number.";
  if (documentNumber.length > longestNumber) {
    return `The document number ${shown} has ${documentNumber.length} characters; Business Central takes ${longestNumber}.`;
  }
  // Anything else may mean something in a filter: a number that cannot be looked up cannot be exported safely.
  if (/^[\p{L}\p{N} ./_#+:,-]+$/u.test(documentNumber)) return null;
  return `The document number ${shown} has characters other than letters, digits, blanks and . / _ # + : , -.`;
}

function isWholeHundredths({ units, scale }: Decimal): boolean {
  return scale <= 2 || units % 10n ** BigInt(scale - 2) === 0n;
}

function isDebit({ amount }: VoucherLine): boolean {
  return amount.units > 0n;
}

function hasVatCode(payload: unknown, index: number): boolean {
  if (typeof payload !== "object" || payload === null || !("lines" in payload)) return false;
  const line: unknown = Array.isArray(payload.lines) ? payload.lines[index] : null;
  return typeof line === "object" && line !== null && "vat_code" in line && line.vat_code !== null;
}

function reject(error: string): Plan {
  return { ok: false, error, unmapped: false };
}
