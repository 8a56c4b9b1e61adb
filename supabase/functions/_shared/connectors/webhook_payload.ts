import * as z from "zod/mini";
import { balanceFault, voucherLine } from "../voucher_lines.ts";

const vouchers = z.object({
  currency: z.nullish(z.string()),
  lines: z.array(voucherLine).check(z.minLength(1)),
});

/**
 * Why a payload is not sent, or null. What a receiver takes is its own affair; but a payload with the lines of a voucher,
 * of accounts with a debit or a credit in decimals, has to balance here as for every other system.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { payloadFault } from "./webhook_payload.ts";
 *
 * assert.equal(payloadFault({ order: 7, amount: "103.27" }), null);
 * const debit = { account: "6860", debit: "103.27" };
 * assert.equal(payloadFault({ lines: [debit, { account: "2910", credit: "103.27" }] }), null);
 * assert.equal(
 *   payloadFault({ currency: "NOK", lines: [debit, { account: "2910", credit: "103.26" }] }),
 *   "The voucher does not balance: debit 103.27, credit 103.26, difference 0.01 NOK.",
 * );
 * ```
 */
export function payloadFault(payload: unknown): string | null {
  const { success, data } = vouchers.safeParse(payload);
  return success ? balanceFault(data.currency ?? null, data.lines) : null;
}
