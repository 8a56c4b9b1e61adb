import { type Failure, failure } from "../../core/errors.ts";

const defaultRateLimitSeconds = 60;

/** Statuses that are about the entries of a batch, whatever the body says. */
const aboutEntries: readonly number[] = [400, 413, 422];
/** Of these it is not said that nothing was taken, or they ask for a wait: naming entries changes nothing. */
const aboutTheMoment: readonly number[] = [408, 409, 425, 429];

/**
 * Whether a refusal is about entries of the batch. A 4xx about the moment never is. Another one is if it names an entry.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isAboutEntries } from "./fault.ts";
 *
 * assert.equal(isAboutEntries(422, false), true);
 * assert.equal(isAboutEntries(404, false), false);
 * assert.equal(isAboutEntries(404, true), true);
 * ```
 */
export function isAboutEntries(status: number, namesEntries: boolean): boolean {
  if (status < 400 || status >= 500 || aboutTheMoment.includes(status)) return false;
  return namesEntries || aboutEntries.includes(status);
}

/**
 * What a status other than 2xx says about the first send of a batch. The question behind each row: may the receiver
 * have taken it? Only where that is ruled out is the class not `ambiguous`. For refusals of entries see
 * {@linkcode isAboutEntries} and {@linkcode entriesRefused}.
 *
 * | status | class |
 * | --- | --- |
 * | 429 | rate_limited, at `Retry-After` or after a minute |
 * | 425 | transient, at `Retry-After` |
 * | 408, 409, 5xx, 1xx | ambiguous; 409 is how a receiver says that it still works on this Idempotency-Key |
 * | 3xx, 401, 403, 404, 410 | permanent: the integration is set up wrongly |
 * | other 4xx | permanent: the receiver refuses the request or the account |
 *
 * @param status The status of the answer.
 * @param retryAfter Seconds that the receiver asks us to wait, or null.
 * @param words What the receiver says, in its own words; may be empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { statusFault } from "./fault.ts";
 *
 * assert.equal(statusFault(502, null).class, "ambiguous");
 * assert.equal(statusFault(429, 7).retry_after_seconds, 7);
 * ```
 */
export function statusFault(status: number, retryAfter: number | null, words = ""): Failure {
  if (status === 429) {
    const wait = retryAfter ?? defaultRateLimitSeconds;
    return failure("rate_limited", "webhook_rate_limited", "The receiver asks us to slow down (429).", wait);
  }
  // Not 503: a proxy says so too when it gave up waiting, while the receiver goes on.
  if (status === 425) {
    const message = `The receiver is not available at the moment (${status}).`;
    return failure("transient", "webhook_unavailable", message, retryAfter);
  }
  if (status >= 300 && status < 400) return permanent(status, "webhook_redirect", words);
  if (status === 401 || status === 403) return permanent(status, "webhook_access_refused", words);
  if (status === 404 || status === 410) return permanent(status, "webhook_not_found", words);
  if (status >= 400 && status < 500 && status !== 408 && status !== 409) {
    return permanent(status, "webhook_refused", words);
  }
  const message =
    `The receiver answered ${status}: whether it took the batch is not known, so the same batch is sent again.`;
  return failure("ambiguous", "webhook_outcome_unknown", message, retryAfter);
}

const permanentMessages = {
  webhook_redirect:
    "The receiver answered with a redirect. Enter its final address: a signed request is never sent elsewhere.",
  webhook_access_refused:
    "The receiver refused access. Check that both sides have the same signing secret and that we have access.",
  webhook_not_found: "There is no receiver at the configured address. Check the address.",
  webhook_refused: "The receiver refused the request. Its own log should say why.",
} as const;

function permanent(status: number, code: keyof typeof permanentMessages, words: string): Failure {
  const said = words === "" ? "" : ` It said: ${words}`;
  return failure("permanent", code, `${permanentMessages[code]} (status ${status})${said}`);
}

/**
 * The receiver refused the first send of a batch for its entries: it took none of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { entriesRefused } from "./fault.ts";
 *
 * assert.equal(entriesRefused(400, "No such account.").message, "The receiver answered 400: No such account.");
 * ```
 */
export function entriesRefused(status: number, words: string): Failure {
  const said = words || (status === 413 ? "the request is too large." : "it gave no reason.");
  return failure(
    "permanent",
    "webhook_entries_refused",
    `The receiver answered ${status}: ${said}`,
    null,
    "entry",
  );
}

/**
 * The receiver refused the repetition of a batch whose outcome is not known. That says nothing about the first send,
 * and no smaller batch and no other content may be tried.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { repetitionRefused } from "./fault.ts";
 *
 * assert.equal(repetitionRefused(413, "").class, "ambiguous");
 * ```
 */
export function repetitionRefused(status: number, words: string): Failure {
  const said = words === "" ? "" : ` It said: ${words}`;
  const message =
    `The receiver refused the repetition of a batch whose outcome is not known (status ${status}). Look there which of its entries have arrived, then settle them.${said}`;
  return failure("ambiguous", "webhook_repetition_refused", message, null, "entry");
}
