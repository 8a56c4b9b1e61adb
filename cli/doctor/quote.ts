/**
 * A text as SQL writes it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { literal } from "./quote.ts";
 *
 * assert.equal(literal("Ola's"), "'Ola''s'");
 * ```
 */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Texts as an SQL list; long ones are shortened by the caller.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { literals } from "./quote.ts";
 *
 * assert.equal(literals(["a", "b"]), "'a', 'b'");
 * ```
 */
export function literals(texts: readonly string[]): string {
  return texts.map(literal).join(", ");
}

/**
 * How many there are of something, in words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { count } from "./quote.ts";
 *
 * assert.deepEqual([count(1, "run"), count(2, "run")], ["1 run", "2 runs"]);
 * ```
 */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
