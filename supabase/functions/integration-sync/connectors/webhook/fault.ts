/**
 * What the receiver's status means, for an export and for a connection check: {@linkcode meanings}. No other file of this
 * connector compares a status with a number.
 *
 * @module
 */
import { type Failure, failure } from "../../core/errors.ts";
import type { PingOutcome } from "../connector.ts";

const defaultRateLimitSeconds = 60;

const permanentMessages = {
  webhook_redirect:
    "The receiver answered with a redirect. Enter its final address: a signed request is never sent elsewhere.",
  webhook_access_refused:
    "The receiver refused access. Check that both sides have the same signing secret and that we have access.",
  webhook_not_found: "There is no receiver at the configured address. Check the address.",
  webhook_refused: "The receiver refused the request. Its own log should say why.",
} as const;

/** What a status other than 2xx means. */
interface Meaning {
  /** The failure of an export. Its class is `permanent`, unless {@linkcode statusFault} has a case for it. */
  readonly code:
    | keyof typeof permanentMessages
    | "webhook_rate_limited"
    | "webhook_unavailable"
    | "webhook_outcome_unknown";
  /** What a connection check learns, see {@linkcode checkOutcome}: `guess` is a failure that an export need not meet. */
  readonly check: "reached" | "failed" | "guess";
  /** What it refuses, also if its body names no entry: entries of the batch, or the batch's size. */
  readonly refuses?: "entries" | "size";
}

/**
 * The rows of docs/connectors/webhook.md; a test compares. The question behind each code: may the receiver have taken the
 * batch? Only where that is ruled out is it not `webhook_outcome_unknown`.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  "3xx": { code: "webhook_redirect", check: "guess" },
  "4xx": { code: "webhook_refused", check: "reached" },
  400: { code: "webhook_refused", check: "reached", refuses: "entries" },
  401: { code: "webhook_access_refused", check: "reached" },
  403: { code: "webhook_access_refused", check: "reached" },
  404: { code: "webhook_not_found", check: "reached" },
  408: { code: "webhook_outcome_unknown", check: "failed" },
  // So a receiver says that it still works on this Idempotency-Key.
  409: { code: "webhook_outcome_unknown", check: "reached" },
  410: { code: "webhook_not_found", check: "reached" },
  413: { code: "webhook_refused", check: "reached", refuses: "size" },
  422: { code: "webhook_refused", check: "reached", refuses: "entries" },
  425: { code: "webhook_unavailable", check: "failed" },
  429: { code: "webhook_rate_limited", check: "failed" },
  501: { code: "webhook_outcome_unknown", check: "reached" },
  502: { code: "webhook_outcome_unknown", check: "failed" },
  // Not webhook_unavailable: a proxy answers so when it gives up waiting, while the receiver goes on.
  503: { code: "webhook_outcome_unknown", check: "failed" },
  504: { code: "webhook_outcome_unknown", check: "failed" },
};
const otherwise: Meaning = { code: "webhook_outcome_unknown", check: "guess" };

function meaningOf(status: number): Meaning {
  return meanings[status] ?? meanings[`${Math.floor(status / 100)}xx`] ?? otherwise;
}

/**
 * Whether the body of an answer may say what became of the entries. That of a 5xx never does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mayNameEntries } from "./fault.ts";
 *
 * assert.deepEqual([mayNameEntries(204), mayNameEntries(422), mayNameEntries(503)], [true, true, false]);
 * ```
 */
export function mayNameEntries(status: number): boolean {
  return status >= 200 && status < 500;
}

/**
 * Whether a refusal is about entries of the batch. Only a 4xx that is `permanent` can be: any other may have been taken, or
 * asks for a wait.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isAboutEntries } from "./fault.ts";
 *
 * assert.equal(isAboutEntries(422, false), true);
 * assert.equal(isAboutEntries(404, false), false);
 * assert.equal(isAboutEntries(404, true), true);
 * assert.equal(isAboutEntries(409, true), false);
 * ```
 */
export function isAboutEntries(status: number, namesEntries: boolean): boolean {
  const { code, refuses } = meaningOf(status);
  if (code === "webhook_redirect" || !(code in permanentMessages)) return false;
  return namesEntries || refuses !== undefined;
}

/**
 * What a status other than 2xx says about the first send of a batch. For refusals of entries see
 * {@linkcode isAboutEntries} and {@linkcode entriesRefused}.
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
  const { code } = meaningOf(status);
  switch (code) {
    case "webhook_rate_limited": {
      const wait = retryAfter ?? defaultRateLimitSeconds;
      return failure("rate_limited", code, `The receiver asks us to slow down (${status}).`, wait);
    }
    case "webhook_unavailable":
      return unavailable(status, retryAfter);
    case "webhook_outcome_unknown": {
      const message =
        `The receiver answered ${status}: whether it took the batch is not known, so the same batch is sent again.`;
      return failure("ambiguous", code, message, retryAfter);
    }
    default: {
      const said = words === "" ? "" : ` It said: ${words}`;
      return failure("permanent", code, `${permanentMessages[code]} (status ${status})${said}`);
    }
  }
}

function unavailable(status: number, retryAfter: number | null): Failure {
  const message = `The receiver is not available at the moment (${status}).`;
  return failure("transient", "webhook_unavailable", message, retryAfter);
}

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
 * assert.deepEqual(checkOutcome(405, null), { ok: true, reachedOnly: true });
 * assert.equal(checkOutcome(503, 20).ok, false);
 * ```
 */
export function checkOutcome(status: number, retryAfter: number | null): PingOutcome {
  const { check } = meaningOf(status);
  if (check === "reached") return { ok: true, reachedOnly: true };
  const why = statusFault(status, retryAfter);
  // A check sends nothing that could be in doubt.
  const certain = why.class === "ambiguous" ? unavailable(status, retryAfter) : why;
  return { ok: false, failure: certain, ...(check === "guess" ? { isGuess: true } : {}) };
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
  return meaningOf(status).refuses === "size";
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
