import { type Decimal, formatDecimal } from "../decimal.ts";
import type { Entry } from "../entries.ts";
import { storableText } from "../storable_text.ts";
import { parseVoucher } from "../voucher.ts";
import { firstLineNumber, mostLines } from "./business_central_document.ts";

/** Most characters of a document number or an account. */
export const longestNumber = 20;
const longestDescription = 100;

/** A journal line as it is to stand in the journal. */
export interface PlannedLine {
  readonly lineNumber: number;
  readonly accountNumber: string;
  /** The shortest text of the amount: debit above zero, credit below. */
  readonly amount: string;
  readonly description: string;
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

/** A plan, or why there is none. */
export type Plan =
  | { readonly ok: true; readonly voucher: PlannedVoucher }
  | { readonly ok: false; readonly error: string };

/**
 * Plans the lines of an entry. Refuses only what could be neither posted nor looked up; everything else is for
 * `unsoundVouchers`, which judges before the first send.
 *
 * The entry's document number is the document number in Business Central, the only name under which the ledger can be
 * asked for it. It holds 20 characters, an entry's 35. A longer one is refused: a shortened number would be another
 * entry's, and a hash would be no number that an auditor finds. Fields of type Code are stored in capitals and without
 * blanks around them, so the number is brought to that form here.
 *
 * Line numbers follow from integration, number and date: whoever finds a line in the journal can tell whether it is
 * ours (see {@linkcode isOwnLine}), and the same line cannot stand there twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planVoucher } from "./business_central_plan.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs i Tromsø",
 *   lines: [{ account: "2910", credit: "100.10" }, { account: "6860", debit: "100.10" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "ub-1", payload, settled: false };
 * const plan = planVoucher("integration", entry);
 * assert.ok(plan.ok);
 * assert.equal(plan.voucher.documentNumber, "UB-1");
 * assert.deepEqual(plan.voucher.lines.map((line) => line.amount), ["100.1", "-100.1"]);
 * ```
 */
export function planVoucher(integrationId: string, entry: Entry): Plan {
  const voucher = parseVoucher(entry.payload);
  if (voucher === null) return reject("The payload cannot be read as a voucher.");
  const original = entry.document_number ?? "";
  const documentNumber = original.trim().toUpperCase();
  const fault = numberFault(documentNumber);
  if (fault !== null) return reject(fault);
  // Lines of zero say nothing, and Business Central refuses them. Debits first: no first part of the lines but the
  // whole then balances, so a posting that comes in between, from a request that was late, cannot book half of it.
  const booked = voucher.lines.filter(({ amount }) => amount.units !== 0n)
    .toSorted((a, b) => Number(b.amount.units > 0n) - Number(a.amount.units > 0n));
  if (booked.length === 0) return reject("The voucher has no line with an amount.");
  if (booked.length > mostLines) return reject(`The voucher has more than ${mostLines} lines.`);
  const first = firstLineNumber(integrationId, documentNumber, voucher.posting_date);
  const lines = booked.map((line, index): PlannedLine => ({
    lineNumber: first + index,
    accountNumber: line.account.trim().toUpperCase(),
    amount: shortestAmount(line.amount),
    description: storableText(line.description ?? voucher.description, longestDescription),
  }));
  const { entry_key } = entry;
  const postingDate = voucher.posting_date;
  return {
    ok: true,
    voucher: { entry_key, documentNumber, externalDocumentNumber: original.trim(), postingDate, lines },
  };
}

/**
 * The shortest text of an amount, so that texts can be compared: 12.50 and 12.5 are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shortestAmount } from "./business_central_plan.ts";
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

function reject(error: string): Plan {
  return { ok: false, error };
}
