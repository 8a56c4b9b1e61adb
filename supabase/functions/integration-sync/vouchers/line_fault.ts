import { isAmount } from "./decimal.ts";
import {
  type EntryFault,
  fieldFault,
  fieldsFault,
  isFilled,
  isObject,
  type KnownFields,
  linePlace,
} from "./voucher_fields.ts";

/**
 * The first fault of a voucher's line: an account, and an amount on one side; the other side is absent, null or zero.
 * `index` begins with 0. `sync_scheduler.entry_fault` answers the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lineFault } from "./line_fault.ts";
 *
 * const known = { exported: null, ignored: [] };
 * assert.equal(lineFault({ account: "2910", debit: "0.00", credit: "100.10" }, 1, known), null);
 * assert.deepEqual(lineFault({ account: "2910", credit: 100.1 }, 1, known), {
 *   field: "payload.lines[1].credit",
 *   reason: 'Line 2: credit must be a decimal in quotes, such as "100.00".',
 * });
 * ```
 */
export function lineFault(line: unknown, index: number, known: KnownFields): EntryFault | null {
  const place = linePlace(index);
  const { path } = place;
  const whole = (what: string) => ({ field: path, reason: `Line ${index + 1} ${what}.` });
  if (!isObject(line)) return whole("must be an object");
  const { account, debit, credit } = line;
  if (typeof account !== "string") return fieldFault(place, "account", "must be a text");
  if (!isFilled(account)) return fieldFault(place, "account", "must not be empty");
  for (const side of ["debit", "credit"]) {
    const what = amountFault(line[side]);
    if (what !== null) return fieldFault(place, side, what);
  }
  if (isNothing(debit) && isNothing(credit)) return whole("has neither a debit nor a credit");
  if (isMoney(debit) && isMoney(credit)) return whole("has both a debit and a credit");
  return fieldsFault(line, place, known);
}

function amountFault(amount: unknown): string | null {
  if (isNothing(amount)) return null;
  if (typeof amount !== "string") return 'must be a decimal in quotes, such as "100.00"';
  if (isAmount(amount)) return null;
  return amount.startsWith("-") && isAmount(amount.slice(1))
    ? "must not be negative: a negative debit is a credit"
    : 'must be a plain decimal of at most 15 digits and 6 decimals, such as "100.00"';
}

/** Some systems write both columns, with a zero in the one that is not meant. */
function isMoney(amount: unknown): boolean {
  return typeof amount === "string" && /[1-9]/.test(amount);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
