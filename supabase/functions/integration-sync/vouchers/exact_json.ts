/**
 * JSON whose numbers keep every digit. `JSON.parse` makes a float of a number, and OData writes amounts as numbers.
 *
 * By text instead of by `JSON.rawJSON` and the reviver's `source`. Both need V8 11.4 or newer, and TypeScript 6.0 knows
 * neither. On an older runtime the second is silently missing, which would make floats again.
 *
 * @module
 */

/** A number to be written with exactly these digits. */
export class ExactNumber {
  readonly digits: string;

  /** Throws RangeError when the digits are no plain decimal. */
  constructor(digits: string) {
    if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(digits)) throw new RangeError("not a plain decimal");
    this.digits = digits;
  }
}

// Strings are matched only to be passed over: what looks like a number inside one is text.
const stringsAndNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON; every number becomes the text of its digits. Throws SyntaxError as `JSON.parse` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseExactJson } from "./exact_json.ts";
 *
 * assert.deepEqual(parseExactJson('{"amount":12345678901234567.10,"text":"1.50"}'), {
 *   amount: "12345678901234567.10",
 *   text: "1.50",
 * });
 * ```
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text.replace(stringsAndNumbers, (token) => token.startsWith('"') ? token : `"${token}"`));
}

/** What {@linkcode stringifyExactJson} writes. */
export type ExactJson =
  | string
  | boolean
  | null
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/**
 * Writes JSON; numbers are {@linkcode ExactNumber} only, so that no float can slip in.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ExactNumber, stringifyExactJson } from "./exact_json.ts";
 *
 * const line = { account: "6860", amount: new ExactNumber("12345678901234567.10") };
 * assert.equal(stringifyExactJson([line]), '[{"account":"6860","amount":12345678901234567.10}]');
 * ```
 */
export function stringifyExactJson(value: ExactJson): string {
  if (value instanceof ExactNumber) return value.digits;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(stringifyExactJson).join(",")}]`;
  const fields = Object.entries(value).map(([name, field]) =>
    `${JSON.stringify(name)}:${stringifyExactJson(field)}`
  );
  return `{${fields.join(",")}}`;
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}
