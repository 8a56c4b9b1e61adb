import { storableText } from "../../core/storable_text.ts";

/** What Business Central itself said when it refused a request for its content. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The code of a line whose number is there already. */
export const sameKey = "Internal_EntityWithSameKeyExists";
/** The code of a line that was changed since it was read: a stale ETag. */
const entityChanged = "Request_EntityChanged";

/**
 * Whether it was refused only because another user was at work on the same records. For such locks Business Central has
 * 409 and no code of its own (`isConflict`), or says so in words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isMomentary } from "./refusal.ts";
 *
 * const message = "The operation could not complete because a record in the G/L Entry table was locked by another user.";
 * assert.equal(isMomentary({ code: "Unknown", message }, false), true);
 * assert.equal(isMomentary({ code: "Request_EntityChanged", message: "Another user has already changed it." }, true), false);
 * ```
 */
export function isMomentary(said: Refusal | undefined, isConflict: boolean): boolean {
  if (said?.code === sameKey || said?.code === entityChanged) return false;
  return isConflict || /locked by|another (user|session)|deadlock/i.test(said?.message ?? "");
}

/**
 * Business Central's words as a person reads them, without the id of the request at their end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { wordsOf } from "./refusal.ts";
 *
 * const said = { code: "Unknown", message: "The account is blocked.  CorrelationId:  7c1d-40." };
 * assert.equal(wordsOf(said), "Business Central refused the voucher: The account is blocked.");
 * ```
 */
export function wordsOf({ code, message }: Refusal): string {
  const said = storableText(message.replace(/\s*CorrelationId:.*$/is, ""), 300) || storableText(code, 100);
  return `Business Central refused the voucher: ${said || "it gave no reason."}`;
}
