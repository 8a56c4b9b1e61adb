/**
 * What the receiver's status means, for an export and for a connection check. No other file asks for a status.
 *
 * @module
 */
import { type Failure, failure } from "../../core/errors.ts";
import type { PingOutcome } from "../connector.ts";

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
 * {@linkcode isAboutEntries} and {@linkcode entriesRefused}. docs/connectors/webhook.md has the table; a test compares.
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
  // 409 is how a receiver says that it still works on this Idempotency-Key.
  const message =
    `The receiver answered ${status}: whether it took the batch is not known, so the same batch is sent again.`;
  return failure("ambiguous", "webhook_outcome_unknown", message, retryAfter);
}

/** The receiver asks us to come later, whatever the method. */
const waitingStatuses: readonly number[] = [408, 425, 429];
/** What is in front of the receiver does not reach it, whatever the method. */
const awayStatuses: readonly number[] = [502, 503, 504];

/**
 * What a connection check learns from a status other than 2xx. The check is a HEAD and so a guess: entries go out by POST,
 * and a receiver may know nothing else. A refusal (4xx) therefore shows that the receiver answers, and nothing about an
 * export or the signature. The other answers are failures; `isGuess` marks those that a POST need not meet.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkOutcome } from "./fault.ts";
 *
 * assert.deepEqual(checkOutcome(418, null), { ok: true, reachedOnly: true });
 * assert.equal(checkOutcome(503, 20).ok, false);
 * ```
 */
export function checkOutcome(status: number, retryAfter: number | null): PingOutcome {
  if (status === 501 || (status >= 400 && status < 500 && !waitingStatuses.includes(status))) {
    return { ok: true, reachedOnly: true };
  }
  const isCertain = [...waitingStatuses, ...awayStatuses].includes(status);
  const why = statusFault(status, retryAfter);
  // A check sends nothing that could be in doubt.
  const message = `The receiver is not available at the moment (${status}).`;
  const certain = why.class === "ambiguous"
    ? failure("transient", "webhook_unavailable", message, retryAfter)
    : why;
  return { ok: false, failure: certain, ...(isCertain ? {} : { isGuess: true }) };
}

/**
 * Whether the receiver takes less than the batch at once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isTooLarge } from "./fault.ts";
 *
 * assert.equal(isTooLarge(413), true);
 * ```
 */
export function isTooLarge(status: number): boolean {
  return status === 413;
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
  const said = words || (isTooLarge(status) ? "the request is too large." : "it gave no reason.");
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
