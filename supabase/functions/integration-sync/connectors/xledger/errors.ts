import { hintSeconds } from "../../core/retry_after.ts";
import { storableText } from "../../core/storable_text.ts";
import { accessRefused, makeFault, type XledgerFault } from "./fault.ts";

/** One of the `errors` of a GraphQL answer. */
export interface XledgerError {
  readonly message: string;
  readonly code?: string | null | undefined;
  readonly extensions?: { readonly code?: unknown; readonly resetAt?: unknown } | null | undefined;
}

const hour = 3600;
// The waits of the official sample, gathered November 2026.
const limits: readonly (readonly [pattern: RegExp, seconds: number, message: string])[] = [
  [/BURST_RATE_LIMIT_REACHED$/, 5, "Xledger asks us to slow down: too many requests in a short time."],
  [/CONCURRENCY_LIMIT_REACHED$/, 1, "Xledger asks us to slow down: too many requests at the same time."],
  [
    /INSUFFICIENT_CREDITS$/,
    1200,
    "Xledger's API credits are used up. The sync goes on when they are renewed.",
  ],
];

/**
 * What the `errors` of a GraphQL answer say. Limits arrive with HTTP 200 and a code; some errors differ only in their
 * words. What is not known is `ambiguous`: better looked up in vain than booked twice.
 *
 * | error | class | may a mutation have been taken |
 * | --- | --- | --- |
 * | burst, concurrency, credits | rate_limited: 5 s, 1 s, `resetAt` or 20 min | no |
 * | bad token, no rights | permanent | no |
 * | `INVALID_VALUE` | permanent, of one voucher | no |
 * | other `BAD_REQUEST`, a field that does not exist | permanent | no |
 * | "Your query timed out.", anything else | ambiguous | maybe |
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { errorsFault } from "./errors.ts";
 *
 * const busy = errorsFault([{ message: "Too many", code: "BAD_REQUEST.BURST_RATE_LIMIT_REACHED" }], Date.now());
 * assert.deepEqual([busy.failure.class, busy.failure.retry_after_seconds], ["rate_limited", 5]);
 * assert.equal(errorsFault([{ message: "Your query timed out." }], Date.now()).maybeTaken, true);
 * ```
 */
export function errorsFault(errors: readonly XledgerError[], now: number): XledgerFault {
  const faults = errors.map((error) => errorFault(error, now));
  // The most cautious reading of several: one that is not understood casts doubt on all.
  return faults.find((fault) => fault.maybeTaken) ??
    faults.find((fault) => fault.failure.class === "rate_limited") ??
    faults.find((fault) => !fault.isValue) ?? faults[0] ??
    makeFault("ambiguous", "xledger_outcome_unknown", "Xledger answered with an error that names no reason.");
}

function errorFault(error: XledgerError, now: number): XledgerFault {
  // The place of the code is not sure, and one code may be more general than the other.
  const codes = [error.code, error.extensions?.code].filter((code) => typeof code === "string");
  const isCode = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  const words = quoted(error.message);
  for (const [pattern, seconds, message] of limits) {
    if (!isCode(pattern)) continue;
    // The pace of an export and not a quota that is used up: health checks are not switched off for it.
    const isPace = seconds < hour / 4;
    const wait = isPace ? seconds : resetSeconds(error.extensions?.resetAt, now) ?? seconds;
    const limited = makeFault(
      "rate_limited",
      isPace ? "xledger_busy" : "xledger_rate_limited",
      message,
      wait,
      isPace ? "nobody" : "quota",
    );
    return { ...limited, isBurst: isCode(/BURST/) };
  }
  if (/api token/i.test(error.message) || isCode(/UNAUTH|FORBIDDEN|ACCESS_DENIED/)) return accessRefused();
  if (isCode(/INVALID_VALUE/)) {
    return {
      ...makeFault("permanent", "xledger_invalid_value", `Xledger refused a value: ${words}`),
      isValue: true,
    };
  }
  if (/cannot query field|unknown (argument|type)/i.test(error.message) || isCode(/GRAPHQL_VALIDATION/)) {
    const message =
      `Xledger does not understand the requests of this version. Have Sync Scheduler upgraded. It said: ${words}`;
    return makeFault("permanent", "xledger_incompatible", message);
  }
  // Before the codes of its family: whatever it is called, what has begun may have been done.
  if (/timed? ?out/i.test(error.message)) {
    return makeFault("ambiguous", "xledger_timeout", "Xledger itself ran out of time with the request.");
  }
  if (isCode(/^BAD_REQUEST/)) {
    const message =
      `Xledger refused the request. Correct what it names, or ask Xledger's support. It said: ${words}`;
    return makeFault("permanent", "xledger_refused", message);
  }
  return makeFault("ambiguous", "xledger_outcome_unknown", `Xledger answered with an error: ${words}`);
}

function quoted(message: string): string {
  return storableText(message, 300) || "no reason given";
}

/** `resetAt` is not documented: an instant or a number of seconds. Anything else leaves us the usual wait. */
function resetSeconds(resetAt: unknown, now: number): number | null {
  const seconds = hintSeconds(resetAt, now);
  return seconds === null ? null : Math.max(seconds, 1);
}
