import * as z from "../core/zod.ts";
import { type Decimal, negateDecimal, parseDecimal, sumDecimals } from "./decimal.ts";

/** One posting of a voucher. */
export interface VoucherLine {
  readonly account: string;
  /** A debit is positive or zero, a credit negative. */
  readonly amount: Decimal;
  readonly description: string | null;
  readonly department: string | null;
}

/**
 * A text that says something.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { notBlank } from "./voucher_lines.ts";
 *
 * assert.equal(z.string().check(notBlank).safeParse("  ").success, false);
 * ```
 */
export const notBlank: z.core.$ZodCheck<string> = z.regex(/\S/, "must not be empty");

const amount = z.pipe(
  z.string(),
  z.transform((text: string, context): Decimal => {
    const decimal = parseDecimal(text);
    if (decimal !== null) return decimal;
    context.issues.push({ code: "custom", message: "is no decimal", input: text });
    return z.NEVER;
  }),
);

const zero: Decimal = { units: 0n, scale: 0 };

/**
 * A line of a voucher: an account with a debit or a credit. Reads, and does not judge: see `voucherFault`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { voucherLine } from "./voucher_lines.ts";
 *
 * assert.deepEqual(voucherLine.parse({ account: "2910", credit: "100.10" }).amount, { units: -10010n, scale: 2 });
 * assert.equal(voucherLine.safeParse({ account: "2910", credit: 100.1 }).success, false);
 * ```
 */
export const voucherLine: z.ZodMiniType<VoucherLine> = z.pipe(
  z.object({
    account: z.string(),
    debit: z.nullish(amount),
    credit: z.nullish(amount),
    description: z.nullish(z.string()),
    department: z.nullish(z.string()),
  }),
  z.transform(({ account, debit, credit, description, department }): VoucherLine => {
    // The side that is not meant may hold a zero, whose scale says nothing.
    const sides = [debit ?? zero, negateDecimal(credit ?? zero)];
    const meant = sides.filter(({ units }) => units !== 0n);
    return {
      account,
      amount: sumDecimals(meant.length > 0 ? meant : sides),
      description: description ?? null,
      department: department ?? null,
    };
  }),
);
