/**
 * The lines of a voucher, and whether they balance.
 *
 * @module
 */
import * as z from "zod/mini";
import { type Decimal, formatDecimal, negateDecimal, parseDecimal, sumDecimals } from "./decimal.ts";

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
 * import * as z from "zod/mini";
 * import { notBlank } from "./voucher_lines.ts";
 *
 * assert.equal(z.string().check(notBlank).safeParse("  ").success, false);
 * ```
 */
export const notBlank: z.core.$ZodCheck<string> = z.regex(/\S/, "must not be empty");

const amount = z.pipe(
  z.string('must be a decimal in quotes, such as "100.00"'),
  z.transform((text: string, context): Decimal => {
    const decimal = parseDecimal(text);
    if (decimal !== null && decimal.units >= 0n) return decimal;
    const message = decimal === null
      ? 'must be a plain decimal, such as "100.00"'
      : "must not be negative: a negative debit is a credit";
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  }),
);

/**
 * A line of a voucher: an account with a debit or a credit.
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
    account: z.string("must be a text").check(notBlank),
    debit: z.nullish(amount),
    credit: z.nullish(amount),
    description: z.nullish(z.string("must be a text")),
    department: z.nullish(z.string("must be a text").check(notBlank)),
  }, "must be an object"),
  z.transform(({ account, debit, credit, description, department }, context): VoucherLine => {
    // Some systems write both columns, with a zero in the one that is not meant.
    const isBoth = debit && credit && debit.units !== 0n && credit.units !== 0n;
    if (isBoth || (!debit && !credit)) {
      const message = isBoth ? "has both a debit and a credit" : "has neither a debit nor a credit";
      context.issues.push({ code: "custom", message, input: account });
      return z.NEVER;
    }
    const net = debit && !(credit && credit.units !== 0n)
      ? debit
      : negateDecimal(credit ?? { units: 0n, scale: 0 });
    return { account, amount: net, description: description ?? null, department: department ?? null };
  }),
);

/**
 * Why lines do not balance, in one sentence; null when debit equals credit, to the last digit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { balanceFault } from "./voucher_lines.ts";
 *
 * const line = { account: "6860", description: null, department: null };
 * const debit = { ...line, amount: { units: 1000n, scale: 2 } };
 * assert.equal(balanceFault("NOK", [debit, { ...line, amount: { units: -10n, scale: 0 } }]), null);
 * assert.equal(
 *   balanceFault("NOK", [debit]),
 *   "The voucher does not balance: debit 10.00, credit 0, difference 10.00 NOK.",
 * );
 * ```
 */
export function balanceFault(currency: string | null, lines: readonly VoucherLine[]): string | null {
  const amounts = lines.map((line) => line.amount);
  const difference = sumDecimals(amounts);
  if (difference.units === 0n) return null;
  const debit = sumDecimals(amounts.filter(({ units }) => units > 0n));
  const credit = negateDecimal(sumDecimals(amounts.filter(({ units }) => units < 0n)));
  const [total, against, rest] = [debit, credit, difference].map(formatDecimal);
  return `The voucher does not balance: debit ${total}, credit ${against}, difference ${rest}${
    currency === null ? "" : ` ${currency}`
  }.`;
}
