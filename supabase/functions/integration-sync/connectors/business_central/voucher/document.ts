/**
 * What identifies a document: number and date, and in the journal the numbers of its lines.
 *
 * @module
 */

/** Most lines of a document, and so of the range of line numbers that is kept for it. */
export const mostLines = 999;

/**
 * A text as a field of type Code stores it, in capitals and without blanks around it. Null when capitals would make
 * another text of it, as of a sharp s.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toCode } from "./document.ts";
 *
 * assert.deepEqual([toCode(" salg-ø "), toCode("groß")], ["SALG-Ø", null]);
 * ```
 */
export function toCode(text: string): string | null {
  const code = text.trim().toUpperCase();
  return code.toLowerCase() === text.trim().toLowerCase() ? code : null;
}

/**
 * What a document is to Business Central and to us: a number on a date. Series may begin anew each year.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { documentOf } from "./document.ts";
 *
 * assert.equal(documentOf({ documentNumber: "UB-1", postingDate: "2026-11-23" }), "UB-1 of 2026-11-23");
 * ```
 */
export function documentOf(
  of: { readonly documentNumber: string; readonly postingDate: string },
): string {
  return `${of.documentNumber} of ${of.postingDate}`;
}

/**
 * Whether a line in the journal has a line number that only this integration gives to that document.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isOwnLine } from "./document.ts";
 *
 * const typedByHand = { documentNumber: "UB-1", postingDate: "2026-11-23", lineNumber: 10000 };
 * assert.equal(isOwnLine("integration", typedByHand), false);
 * ```
 */
export function isOwnLine(
  integrationId: string,
  line: { readonly documentNumber: string; readonly postingDate: string; readonly lineNumber: number },
): boolean {
  const index = line.lineNumber - firstLineNumber(integrationId, line.documentNumber, line.postingDate);
  return index >= 0 && index < mostLines;
}

/**
 * 2,147,000 ranges of 1,000 numbers in the 31 bits of a line number. The first of a range is left out: people's lines
 * are numbered 10000, 20000, ..., which begin one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { firstLineNumber } from "./document.ts";
 *
 * assert.equal(firstLineNumber("integration", "UB-1", "2026-11-23") % 1000, 1);
 * ```
 */
export function firstLineNumber(integrationId: string, documentNumber: string, postingDate: string): number {
  // FNV-1a with a finish that spreads the last characters, in which numbers differ. It need not resist anyone.
  let hash = 0x811c9dc5;
  for (const character of `${integrationId}|${documentNumber}|${postingDate}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 2_147_000 * 1000 + 1;
}
