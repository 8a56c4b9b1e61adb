import * as z from "../core/zod.ts";
import { type VoucherLine, voucherLine } from "./voucher_lines.ts";

const schema = z.object({
  voucher_type: z._default(z.nullable(z.string()), null),
  posting_date: z.string(),
  currency: z.string(),
  description: z.string(),
  lines: z.array(voucherLine),
});

/** The payload of an accounting entry. */
export interface Voucher {
  readonly voucher_type: string | null;
  /** YYYY-MM-DD. */
  readonly posting_date: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly description: string;
  readonly lines: readonly VoucherLine[];
}

/**
 * Reads the payload of an accounting entry,
 * `{ voucher_type?, posting_date, currency, description, lines: [{ account, debit? | credit?, description?, department? }] }`;
 * null when it has another shape. Does not judge: `voucherFault` does, before the first send. What was sent once must be
 * readable later, whatever the rules say by then.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatDecimal } from "./decimal.ts";
 * import { parseVoucher } from "./voucher.ts";
 *
 * const voucher = parseVoucher({
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs i Tromsø",
 *   lines: [{ account: "6860", debit: "100.10" }, { account: "2910", credit: "100.10" }],
 * });
 * assert.deepEqual(voucher?.lines.map((line) => formatDecimal(line.amount)), ["100.10", "-100.10"]);
 * assert.equal(parseVoucher({ order: 7 }), null);
 * ```
 */
export function parseVoucher(payload: unknown): Voucher | null {
  return schema.safeParse(payload).data ?? null;
}
