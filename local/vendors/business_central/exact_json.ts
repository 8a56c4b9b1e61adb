/**
 * JSON whose numbers keep their digits, by what the engine offers for it. The connector has a way of its own on
 * purpose: two sides that share a fault would agree on wrong amounts.
 *
 * @module
 */

/** A number of a JSON text, as it was written. */
export class ExactNumber {
  constructor(readonly digits: string) {}
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
// TypeScript 6.0 does not know the "JSON.parse source text access" proposal, which V8 has had since 11.4.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON: (digits: string) => unknown };

/** Parses JSON; numbers become {@linkcode ExactNumber}. Throws SyntaxError as JSON.parse does. */
export function parseExact(text: string): unknown {
  return parse(
    text,
    (_key, value, { source }) => typeof value === "number" ? new ExactNumber(source ?? "") : value,
  );
}

/** Writes JSON; {@linkcode ExactNumber} becomes a number of exactly these digits. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, part) => part instanceof ExactNumber ? rawJSON(part.digits) : part);
}

/** An amount in hundredths: more decimals are rounded, half away from zero, as Business Central rounds them. */
export function toCents({ digits }: ExactNumber): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits);
  if (match === null) throw new RangeError("not a plain decimal");
  const [, sign, whole, fraction = ""] = match;
  const roundUp = (fraction[2] ?? "0") >= "5" ? 1n : 0n;
  const cents = BigInt(`${whole}${fraction.padEnd(2, "0").slice(0, 2)}`) + roundUp;
  return sign === "-" ? -cents : cents;
}

/** Hundredths as a number of JSON, without zeros at its end, as .NET writes many of them. */
export function fromCents(cents: bigint): ExactNumber {
  const size = cents < 0n ? -cents : cents;
  const text = `${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
  return new ExactNumber(`${cents < 0n ? "-" : ""}${text.replace(/\.?0+$/, "") || "0"}`);
}
