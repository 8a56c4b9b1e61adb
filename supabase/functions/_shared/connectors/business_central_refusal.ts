import { storableText } from "../storable_text.ts";

/** What Business Central itself said when it refused a request for its content. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Whether posting was refused because the journal is empty: by its words, for the code is that of any refusal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isNothingToPost } from "./business_central_refusal.ts";
 *
 * assert.equal(isNothingToPost({ code: "Application_DialogException", message: "There is nothing to post." }), true);
 * ```
 */
export function isNothingToPost(refusal: Refusal): boolean {
  // We ask for English; a tenant whose language pack lacks it may still answer in its own.
  return /nothing to post/i.test(refusal.message);
}

/**
 * Business Central's words as a person reads them, without the id of the request at their end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { wordsOf } from "./business_central_refusal.ts";
 *
 * const said = { code: "Unknown", message: "The account is blocked.  CorrelationId:  7c1d-40." };
 * assert.equal(wordsOf(said), "Business Central refused the voucher: The account is blocked.");
 * ```
 */
export function wordsOf({ code, message }: Refusal): string {
  const said = storableText(message.replace(/\s*CorrelationId:.*$/is, ""), 300) || storableText(code, 100);
  return `Business Central refused the voucher: ${said || "it gave no reason."}`;
}
