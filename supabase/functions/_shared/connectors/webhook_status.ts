import { type Failure, failure } from "../errors.ts";

const defaultRateLimitSeconds = 60;

/**
 * What a status other than 2xx says about a batch. The question behind each row: may the receiver have taken
 * it? Only where that is ruled out is the class not `ambiguous`.
 *
 * | status | class |
 * | --- | --- |
 * | 429 | rate_limited, at `Retry-After` or after a minute |
 * | 425 | transient, at `Retry-After` |
 * | 408, 409, 5xx, 1xx | ambiguous; 409 is how a receiver says that it still works on this Idempotency-Key |
 * | 3xx, 401, 403, 404, 410 | permanent: the integration is set up wrongly |
 * | other 4xx | permanent: the receiver does not take this batch |
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { statusFailure } from "./webhook_status.ts";
 *
 * assert.equal(statusFailure(502, null).class, "ambiguous");
 * assert.equal(statusFailure(429, 7).retry_after_seconds, 7);
 * ```
 */
export function statusFailure(status: number, retryAfter: number | null): Failure {
  if (status === 429) {
    const wait = retryAfter ?? defaultRateLimitSeconds;
    return failure("rate_limited", "webhook_rate_limited", "The receiver asks us to slow down (429).", wait);
  }
  // Not 503: a proxy says so too when it gave up waiting, while the receiver goes on.
  if (status === 425) {
    const message = `The receiver is not available at the moment (${status}).`;
    return failure("transient", "webhook_unavailable", message, retryAfter);
  }
  if (status >= 300 && status < 400) return permanent(status, "webhook_redirect");
  if (status === 401 || status === 403) return permanent(status, "webhook_access_refused");
  if (status === 404 || status === 410) return permanent(status, "webhook_not_found");
  if (status === 413) return permanent(status, "webhook_batch_too_large");
  if (status >= 400 && status < 500 && status !== 408 && status !== 409) {
    return permanent(status, "webhook_refused");
  }
  const message =
    `The receiver answered ${status}: whether it took the batch is not known, so the same batch is sent again.`;
  return failure("ambiguous", "webhook_outcome_unknown", message, retryAfter);
}

const permanentMessages = {
  webhook_redirect:
    "The receiver answered with a redirect. Enter its final address: a signed request is never sent elsewhere.",
  webhook_access_refused:
    "The receiver refused access. Check that both sides have the same signing secret and that we are let in.",
  webhook_not_found: "There is no receiver at the configured address. Check the address.",
  webhook_batch_too_large: "The batch is too large for the receiver. Choose a smaller batch size.",
  webhook_refused: "The receiver refused the batch and named no entry. Its own log should say why.",
} as const;

function permanent(status: number, code: keyof typeof permanentMessages): Failure {
  return failure("permanent", code, `${permanentMessages[code]} (status ${status})`);
}
