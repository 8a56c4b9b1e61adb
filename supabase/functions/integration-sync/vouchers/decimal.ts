/**
 * Exact decimals: a scaled bigint, never a float. `0.1 + 0.2` is `0.3` here.
 *
 * @module
 */

/** `units` times ten to the power of `-scale`: 12.50 is 1250 at scale 2. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

// As much as numeric(26, 8) holds; a longer text is a mistake, and summing it would cost time for nothing.
const pattern = /^(-?)(\d{1,18})(?:\.(\d{1,8}))?$/;

/**
 * Reads a plain decimal such as `1234.50` or `-7`: up to 18 digits before the point and 8 after it. Null for anything
 * else: no exponent, no thousands separator, no comma, no blanks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseDecimal } from "./decimal.ts";
 *
 * assert.deepEqual(parseDecimal("12.50"), { units: 1250n, scale: 2 });
 * assert.equal(parseDecimal("1e3"), null);
 * assert.equal(parseDecimal("12,50"), null);
 * ```
 */
export function parseDecimal(text: string): Decimal | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  return { units: BigInt(sign + whole + fraction), scale: fraction.length };
}

/**
 * Whether a text is an amount of an entry: a plain decimal that is not negative. `sync_scheduler.amount_fault`
 * applies the same expression.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isAmount } from "./decimal.ts";
 *
 * assert.deepEqual(["100.10", "100,10", "-1", "1e3", ""].map(isAmount), [true, false, false, false, false]);
 * ```
 */
export function isAmount(text: string): boolean {
  return /^[0-9]{1,15}(\.[0-9]{1,6})?$/.test(text);
}

/**
 * Writes a decimal with all digits of its scale.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatDecimal } from "./decimal.ts";
 *
 * assert.equal(formatDecimal({ units: -5n, scale: 2 }), "-0.05");
 * assert.equal(formatDecimal({ units: 1200n, scale: 2 }), "12.00");
 * ```
 */
export function formatDecimal({ units, scale }: Decimal): string {
  const sign = units < 0n ? "-" : "";
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * Adds decimals exactly; the scale is the finest of theirs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatDecimal, sumDecimals } from "./decimal.ts";
 *
 * const sum = sumDecimals([{ units: 1n, scale: 1 }, { units: 20n, scale: 2 }]);
 * assert.equal(formatDecimal(sum), "0.30");
 * assert.equal(formatDecimal(sumDecimals([])), "0");
 * ```
 */
export function sumDecimals(decimals: readonly Decimal[]): Decimal {
  const scale = decimals.reduce((finest, decimal) => Math.max(finest, decimal.scale), 0);
  const units = decimals.reduce(
    (sum, decimal) => sum + decimal.units * 10n ** BigInt(scale - decimal.scale),
    0n,
  );
  return { units, scale };
}

/**
 * The same amount with the other sign.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { negateDecimal } from "./decimal.ts";
 *
 * assert.deepEqual(negateDecimal({ units: 1250n, scale: 2 }), { units: -1250n, scale: 2 });
 * ```
 */
export function negateDecimal({ units, scale }: Decimal): Decimal {
  return { units: -units, scale };
}
