/**
 * Whether several texts say the same, but for the numbers in them: of lines, documents and dates. Of none it is not so.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isSameCause } from "./same_cause.ts";
 *
 * assert.equal(isSameCause(["Line 1: no such source", "Line 20: no such source"]), true);
 * assert.equal(isSameCause(["Line 1: no such source", "Line 1: no such account"]), false);
 * assert.equal(isSameCause([]), false);
 * ```
 */
export function isSameCause(texts: Iterable<string>): boolean {
  return new Set(Array.from(texts, (text) => text.replace(/\d+/g, "#"))).size === 1;
}
