import * as z from "zod/mini";
import { balanceFault, notBlank, type VoucherLine, voucherLine } from "./voucher_lines.ts";

const schema = z.pipe(
  z.object({
    voucher_type: z.nullish(z.string("must be a text").check(notBlank)),
    posting_date: z.string("must be a date, YYYY-MM-DD").check(
      z.refine<string>(isDate, "must be a date, YYYY-MM-DD"),
    ),
    currency: z.string("must be a currency code").check(
      z.regex(/^[A-Z]{3}$/, "must be a currency code of three capital letters"),
    ),
    description: z.string("must be a text"),
    lines: z.array(voucherLine, "must be a list").check(z.minLength(2, "must be at least two")),
  }, "must be an object"),
  z.transform((voucher, context): Voucher => {
    const fault = balanceFault(voucher.currency, voucher.lines);
    if (fault !== null) context.issues.push({ code: "custom", message: fault, input: voucher.currency });
    return { ...voucher, voucher_type: voucher.voucher_type ?? null };
  }),
);

/** The payload of an accounting entry whose debit equals its credit, to the last digit. */
export interface Voucher {
  readonly voucher_type: string | null;
  /** YYYY-MM-DD, a day that exists. */
  readonly posting_date: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly description: string;
  readonly lines: readonly VoucherLine[];
}

/** A voucher, or why it is none: in one sentence, as a coordinator should read it. */
export type ParsedVoucher =
  | { readonly ok: true; readonly voucher: Voucher }
  | { readonly ok: false; readonly error: string };

/**
 * Reads the payload of an accounting entry,
 * `{ voucher_type?, posting_date, currency, description, lines: [{ account, debit? | credit?, description?, department? }] }`;
 * further fields are left alone. Amounts are decimals in strings: a JSON number has been through a float already. A
 * voucher that does not balance is refused here, before any vendor hears of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatDecimal } from "./decimal.ts";
 * import { parseVoucher } from "./voucher.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs i Tromsø",
 *   lines: [{ account: "6860", debit: "100.10" }, { account: "2910", credit: "100.10" }],
 * };
 * const parsed = parseVoucher(payload);
 * assert.ok(parsed.ok);
 * assert.deepEqual(parsed.voucher.lines.map((line) => formatDecimal(line.amount)), ["100.10", "-100.10"]);
 *
 * const [debit] = payload.lines;
 * assert.deepEqual(parseVoucher({ ...payload, lines: [debit, { account: "2910", credit: "100.1" + "1" }] }), {
 *   ok: false,
 *   error: "The voucher does not balance: debit 100.10, credit 100.11, difference -0.01 NOK.",
 * });
 * ```
 */
export function parseVoucher(payload: unknown): ParsedVoucher {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { ok: true, voucher: parsed.data };
  const faults = parsed.error.issues.slice(0, 3).map(({ path, message }) => sentence(path, message));
  return { ok: false, error: faults.join(" ") };
}

function sentence(path: readonly PropertyKey[], message: string): string {
  const [first, index, field] = path;
  if (first === undefined) return /^[A-Z]/.test(message) ? message : `The voucher ${message}.`;
  if (first !== "lines" || typeof index !== "number") return `The voucher's ${String(first)} ${message}.`;
  return `Line ${index + 1}${field === undefined ? "" : `: ${String(field)}`} ${message}.`;
}

/** A day of the calendar: Date takes 30 February for the second of March. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
