/**
 * The lines of a voucher in the form in which Business Central keeps them. What is changed on the way loses nothing; what
 * would lose something is refused.
 *
 * @module
 */
import type { Decimal } from "../../../vouchers/decimal.ts";
import { storableText } from "../../../core/storable_text.ts";
import type { VoucherLine } from "../../../vouchers/voucher_lines.ts";
import { toCode } from "./document.ts";
import { lineTexts } from "../../../vouchers/read_voucher.ts";
import type { LineCoding } from "../../../vouchers/voucher_coding.ts";

const longestCode = 20;
const longestDescription = 100;

/** The value of a dimension, both by code. */
export interface Dimension {
  readonly code: string;
  readonly valueCode: string;
}

/** A line as it was delivered. `place` names it in a sentence: "Line 1". */
export interface BookedLine {
  readonly line: VoucherLine;
  readonly coding: LineCoding | undefined;
  readonly place: string;
  /** Whether it was delivered with a VAT code. */
  readonly isTaxed: boolean;
}

/** A line in the form of Business Central, without its number. */
export interface CodedJournalLine {
  readonly accountNumber: string;
  readonly amount: Decimal;
  readonly description: string;
  readonly taxCode: string | null;
  readonly dimensions: readonly Dimension[];
  readonly isTaxed: boolean;
}

interface Rejected {
  readonly error: string;
}

/**
 * Leaves out lines of zero, which Business Central refuses to post. One that says something is refused instead.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withoutZeros } from "./plan_lines.ts";
 *
 * const zero = { account: "6860", amount: { units: 0n, scale: 0 }, description: null, department: null };
 * const line = { line: zero, coding: undefined, place: "Line 1", isTaxed: false };
 * assert.deepEqual(withoutZeros([line], true), []);
 * assert.ok("error" in withoutZeros([{ ...line, line: { ...zero, description: "Mva." } }], true));
 * ```
 */
export function withoutZeros(lines: readonly BookedLine[], isJudged: boolean): BookedLine[] | Rejected {
  const kept: BookedLine[] = [];
  for (const booked of lines) {
    const { line, coding, place } = booked;
    if (line.amount.units !== 0n) {
      kept.push(booked);
      continue;
    }
    const lost = (line.description ?? "").trim() !== ""
      ? "description"
      : coding !== undefined && coding.vatCode !== null
      ? "vat_code"
      : coding !== undefined && coding.dimensions.size > 0
      ? "dimensions"
      : null;
    if (isJudged && lost !== null) {
      const error =
        `${place} has no amount, and Business Central keeps no such line: its ${lost} would be lost.`;
      return { error };
    }
  }
  return kept;
}

/**
 * Brings lines to the form of Business Central. `isJudged`: what would lose something is refused. Else it is written as
 * it can be, for it was judged before it was sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planLines } from "./plan_lines.ts";
 *
 * const line = { account: "6860a", amount: { units: 1n, scale: 0 }, description: null, department: null };
 * const coding = { vatCode: null, dimensions: new Map([["AVDELING", "salg"]]) };
 * const planned = planLines("Kurs", [{ line, coding, place: "Line 1", isTaxed: false }], true);
 * assert.ok(Array.isArray(planned));
 * assert.deepEqual([planned[0]?.accountNumber, planned[0]?.description], ["6860A", "Kurs"]);
 * assert.deepEqual(planned[0]?.dimensions, [{ code: "AVDELING", valueCode: "SALG" }]);
 * ```
 */
export function planLines(
  description: string,
  booked: readonly BookedLine[],
  isJudged: boolean,
): CodedJournalLine[] | Rejected {
  const own = booked.map(({ line }) => line.description);
  const texts = lineTexts(description, own, longestDescription);
  const fault = booked.map(codeFault).find((error) => error !== null) ?? accountsFault(booked) ??
    (texts === null ? textFault(description, booked) : null);
  if (isJudged && fault !== null) return { error: fault };
  return booked.map(({ line, coding, isTaxed }, index): CodedJournalLine => ({
    accountNumber: stored(line.account),
    amount: line.amount,
    description: texts?.[index] ?? storableText(line.description ?? description, longestDescription),
    taxCode: coding === undefined || coding.vatCode === null ? null : stored(coding.vatCode),
    dimensions: Array.from(coding?.dimensions ?? [], ([code, value]) => ({ code, valueCode: stored(value) }))
      .sort((a, b) => a.code < b.code ? -1 : 1),
    isTaxed,
  }));
}

function stored(text: string): string {
  return text.trim().toUpperCase();
}

function codeFault({ line, coding, place }: BookedLine): string | null {
  const codes: [what: string, code: string][] = [["account", line.account]];
  if (coding !== undefined && coding.vatCode !== null) codes.push(["vat_code", coding.vatCode]);
  for (const [dimension, value] of coding?.dimensions ?? []) codes.push([`value of ${dimension}`, value]);
  for (const [what, code] of codes) {
    const shown = storableText(code, 50);
    if (code.trim().length > longestCode) {
      return `${place}: the ${what} ${shown} is longer than ${longestCode} characters.`;
    }
    if (toCode(code) === null) return `${place}: the ${what} ${shown} would not stay itself in capitals.`;
  }
  return null;
}

/** Capitals are harmless, for Business Central knows no others; but two accounts of ours may not become one. */
function accountsFault(booked: readonly BookedLine[]): string | null {
  const accounts = new Map<string, string>();
  for (const { line: { account }, place } of booked) {
    const known = accounts.get(stored(account)) ?? account;
    if (known !== account) {
      return `${place}: the accounts ${storableText(known, 50)} and ${
        storableText(account, 50)
      } are one in Business Central.`;
    }
    accounts.set(stored(account), account);
  }
  return null;
}

function textFault(description: string, booked: readonly BookedLine[]): string {
  const length = (text: string | null) => storableText(text ?? "", Infinity).length;
  const long = booked.find(({ line }) => length(line.description) > longestDescription);
  if (long !== undefined) {
    return `${long.place}: description has ${
      length(long.line.description)
    } characters; Business Central takes ${longestDescription}.`;
  }
  if (length(description) > longestDescription) {
    return `The voucher's description has ${
      length(description)
    } characters; Business Central takes ${longestDescription}.`;
  }
  return `The voucher's description and that of a line do not fit into ${longestDescription} characters together.`;
}
