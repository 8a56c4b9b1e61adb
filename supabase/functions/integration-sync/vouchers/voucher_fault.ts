/**
 * The rules of an entry's content. `sync_scheduler.entry_fault` is their twin: the database applies it when entries
 * are delivered, the worker applies these before the first send. tests/integration/parity compares their answers.
 *
 * @module
 */
import { formatDecimal, negateDecimal, parseDecimal, sumDecimals } from "./decimal.ts";
import type { Entry } from "./entries.ts";
import type { ExportedFields } from "./exported_fields.ts";
import { lineFault } from "./line_fault.ts";
import {
  type EntryFault,
  fieldFault,
  fieldsFault,
  isDate,
  isObject,
  type JsonObject,
  linePlace,
  VOUCHER,
} from "./voucher_fields.ts";

/** What an integration demands of its entries; all but `exported` is from its config. */
export interface EntryRules {
  /** The fields that the connector exports; null: it passes on any payload. */
  readonly exported: ExportedFields | null;
  /** `free`: a payload with `lines` need not be a voucher. Without effect unless `exported` is null. */
  readonly payloads: "vouchers" | "free";
  /** `free`: the period and the posting date need not agree. */
  readonly period_rule: "posting_date" | "free";
  /** The month, 1 to 12, in which a thirteenth period lies. */
  readonly fiscal_year_ends: number;
  /** Fields that are left out on purpose. */
  readonly ignored_fields: ExportedFields;
}

/** What the rules read of an entry. */
export type EntryContent = Pick<Entry, "period" | "document_number" | "payload">;

/**
 * The first fault of an entry's content, or null.
 *
 * A payload with `lines` is a voucher, whatever the connector. Without them it is the receiver's own affair, as far as
 * the connector passes on any payload.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { voucherFault } from "./voucher_fault.ts";
 *
 * const rules = {
 *   exported: null,
 *   payloads: "vouchers",
 *   period_rule: "posting_date",
 *   fiscal_year_ends: 12,
 *   ignored_fields: { voucher: [], line: [] },
 * } as const;
 * const debit = { account: "6860", debit: "103.27" };
 * const faultOf = (payload: unknown) =>
 *   voucherFault(rules, { period: "2026-10", document_number: "1", payload })?.reason ?? null;
 * assert.equal(faultOf({ lines: [debit, { account: "2910", credit: "103.27" }] }), null);
 * assert.equal(
 *   faultOf({ lines: [debit, { account: "2910", credit: "103.26" }] }),
 *   "The voucher does not balance: debit and credit differ by 0.01.",
 * );
 * assert.equal(
 *   faultOf({ lines: [debit, { account: "2910", credit: 103.27 }] }),
 *   'Line 2: credit must be a decimal in quotes, such as "100.00".',
 * );
 * assert.equal(faultOf({ order: 7, posting_date: "2026-11-02" }), "The voucher's posting_date must lie in 2026-10.");
 * ```
 */
export function voucherFault(rules: EntryRules, content: EntryContent): EntryFault | null {
  const { payload, period } = content;
  const { exported } = rules;
  if (!/^[0-9]{4}-(0[1-9]|1[0-3])$/.test(period)) {
    return { field: "period", reason: "The period must be written YYYY-MM, with a month from 01 to 13." };
  }
  if (!isObject(payload)) return { field: "payload", reason: "The payload must be an object." };
  if (exported === null && (rules.payloads === "free" || !Object.hasOwn(payload, "lines"))) {
    return freeFault(rules, period, payload);
  }
  const missing = exported === null
    ? undefined
    : ["posting_date", "currency", "description"].find((name) => isNothing(payload[name]));
  if (missing !== undefined) return fieldFault(VOUCHER, missing, "is missing");
  return fieldsFault(payload, VOUCHER, {
    exported: exported?.voucher ?? null,
    ignored: rules.ignored_fields.voucher,
  }) ??
    linesFault(rules, payload) ?? agreementFault(rules, content, payload);
}

/** Of a payload that is not read otherwise, a date in the expected form is one all the same. */
function freeFault(rules: EntryRules, period: string, payload: JsonObject): EntryFault | null {
  const { posting_date: date } = payload;
  if (typeof date !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date)) return null;
  if (!isDate(date)) return fieldFault(VOUCHER, "posting_date", "must be a date that exists, YYYY-MM-DD");
  return periodFault(rules, period, payload);
}

function linesFault(rules: EntryRules, payload: JsonObject): EntryFault | null {
  const { lines } = payload;
  if (!Array.isArray(lines)) return fieldFault(VOUCHER, "lines", "must be a list");
  if (lines.length === 0) return fieldFault(VOUCHER, "lines", "must not be empty");
  if (rules.exported !== null && lines.length < 2) {
    return fieldFault(VOUCHER, "lines", "must be at least two");
  }
  const known = { exported: rules.exported?.line ?? null, ignored: rules.ignored_fields.line };
  let { currency = null } = payload;
  for (const [index, line] of lines.entries()) {
    const fault = lineFault(line, index, known);
    if (fault !== null) return fault;
    currency ??= line.currency ?? null;
    if (rules.exported === null && !isNothing(line.currency) && line.currency !== currency) {
      return fieldFault(linePlace(index), "currency", "must be that of the voucher and the other lines");
    }
  }
  const difference = sumDecimals(
    lines.flatMap((line) => [parseDecimal(line.debit ?? "0"), negated(line.credit ?? "0")])
      .filter((amount) => amount !== null),
  );
  if (difference.units === 0n) return null;
  const rest = formatDecimal(difference.units < 0n ? negateDecimal(difference) : difference);
  const reason = `The voucher does not balance: debit and credit differ by ${rest}.`;
  return { field: "payload.lines", reason };
}

/** Two statements of one fact: the entry's and the payload's. */
function agreementFault(
  rules: EntryRules,
  { period, document_number }: EntryContent,
  payload: JsonObject,
): EntryFault | null {
  const { document_number: itsNumber, period: itsPeriod } = payload;
  if (rules.exported === null) {
    if (!isNothing(itsNumber) && itsNumber !== document_number) {
      return fieldFault(VOUCHER, "document_number", "must be the entry's document_number");
    }
    if (rules.period_rule !== "free" && !isNothing(itsPeriod) && itsPeriod !== period) {
      return fieldFault(VOUCHER, "period", "must be the entry's period");
    }
  }
  return periodFault(rules, period, payload);
}

function periodFault(rules: EntryRules, period: string, payload: JsonObject): EntryFault | null {
  const { posting_date: date } = payload;
  if (rules.period_rule === "free" || typeof date !== "string") return null;
  const year = period.slice(0, 4);
  const isThirteenth = period.endsWith("-13");
  const month = isThirteenth ? `${year}-${String(rules.fiscal_year_ends).padStart(2, "0")}` : period;
  if (date.startsWith(`${month}-`)) return null;
  const which = isThirteenth ? `, the last month of the fiscal year ${year}` : "";
  return fieldFault(VOUCHER, "posting_date", `must lie in ${month}${which}`);
}

function negated(text: string) {
  const amount = parseDecimal(text);
  return amount === null ? null : negateDecimal(amount);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
