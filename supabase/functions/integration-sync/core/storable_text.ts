/**
 * A vendor's or an error's words as Postgres can store them, of bounded length. They have no NUL or other control
 * character, and no half of a surrogate pair, also none that the cut made. One bad character would otherwise fail the
 * call that records a whole batch, again and again.
 *
 * @param text Any text.
 * @param longest Most UTF-16 units that are kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { storableText } from "./storable_text.ts";
 *
 * assert.equal(storableText("V-1\u0000\n2", 200), "V-1 2");
 * assert.equal(storableText("ab\u{1F600}", 3), "ab\uFFFD");
 * ```
 */
export function storableText(text: string, longest: number): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim().slice(0, longest).toWellFormed();
}
