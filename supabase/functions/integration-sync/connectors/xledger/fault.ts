/**
 * What Xledger's status means. `errors` in the body come first: see errors.ts. No other file of this
 * connector compares a status with a number.
 *
 * @module
 */
import { type Blames, type Failure, failure } from "../../core/errors.ts";

/** Why a request had no plain answer. */
export interface XledgerFault {
  readonly failure: Failure;
  /** Whether a mutation may have had an effect all the same. */
  readonly maybeTaken: boolean;
  /** Whether some value of the request was refused: another voucher of the same mutation may be at fault. */
  readonly isValue: boolean;
  /** Whether it was the burst limit: too many requests in a few seconds. */
  readonly isBurst: boolean;
}

/**
 * What a status other than 2xx says. `errors` in the body come before it, but for {@linkcode statusOutweighs}.
 *
 * docs/connectors/xledger.md has the table; a test compares.
 *
 * Xledger's own limits do not come this way, so a 429 is a gateway's, which may have
 * passed the request on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { statusFault } from "./fault.ts";
 *
 * assert.equal(statusFault(401, null).failure.class, "permanent");
 * assert.deepEqual([statusFault(504, null).failure.class, statusFault(504, null).maybeTaken], ["ambiguous", true]);
 * ```
 */
export function statusFault(status: number, retryAfter: number | null): XledgerFault {
  if (status === 401 || status === 403) return accessRefused();
  if (status === 429) {
    const limited = makeFault(
      "rate_limited",
      "xledger_rate_limited",
      "Xledger asks us to slow down (429).",
      retryAfter ?? 60,
    );
    return { ...limited, maybeTaken: true };
  }
  if (status < 400 || status === 404 || status === 410) {
    const message =
      `There is no Xledger API at the configured address (status ${status}). Check the address.`;
    return makeFault("permanent", "xledger_not_found", message);
  }
  if (status === 425) {
    return makeFault("transient", "xledger_unavailable", `Xledger answered ${status}.`, retryAfter);
  }
  if (status < 500 && status !== 408 && status !== 409) {
    const message =
      `Xledger refused the request without a reason (status ${status}). Sync again later; if it is refused again, ask Xledger's support.`;
    return makeFault("permanent", "xledger_refused", message);
  }
  const message =
    `Xledger answered ${status}: whether it took the vouchers is not known, so that is checked first.`;
  return makeFault("ambiguous", "xledger_outcome_unknown", message, retryAfter);
}

/**
 * Whether the status counts although the body has `errors`. A gateway's 5xx does not speak for Xledger; 401, 403 and 429
 * say more than words that we do not know.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { makeFault, statusOutweighs } from "./fault.ts";
 *
 * const said = makeFault("permanent", "xledger_refused", "No.");
 * assert.deepEqual([statusOutweighs(418, said), statusOutweighs(503, said)], [false, true]);
 * ```
 */
export function statusOutweighs(status: number, said: XledgerFault): boolean {
  return status >= 500 || ([401, 403, 429].includes(status) && said.failure.class === "ambiguous");
}

/**
 * No answer that could be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lostFault } from "./fault.ts";
 *
 * assert.equal(lostFault("xledger_connection_lost", "The connection was lost.").maybeTaken, true);
 * ```
 */
export function lostFault(code: string, message: string): XledgerFault {
  return makeFault("ambiguous", code, message);
}

/**
 * There was no connection, so nothing was sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "../../core/errors.ts";
 * import { unsentFault } from "./fault.ts";
 *
 * assert.equal(unsentFault(failure("transient", "xledger_connection_refused", "No.")).maybeTaken, false);
 * ```
 */
export function unsentFault(why: Failure): XledgerFault {
  return { failure: why, maybeTaken: false, isValue: false, isBurst: false };
}

/**
 * The failure of a request that only reads: it had no effect, whatever became of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFailure, statusFault } from "./fault.ts";
 *
 * assert.equal(readFailure(statusFault(504, null)).class, "transient");
 * ```
 */
export function readFailure({ failure: why }: XledgerFault): Failure {
  if (why.class !== "ambiguous") return why;
  const message = "Xledger could not be asked what it has: it did not answer, or not in time.";
  return failure("transient", "xledger_unavailable", message, why.retry_after_seconds);
}

/**
 * The token is wrong, or may not do this.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { accessRefused } from "./fault.ts";
 *
 * assert.equal(accessRefused().failure.class, "permanent");
 * ```
 */
export function accessRefused(): XledgerFault {
  const message =
    "Xledger refused access. Check that the API token is right, still valid and may import vouchers.";
  return makeFault("permanent", "xledger_access_refused", message);
}

/**
 * Builds an {@linkcode XledgerFault}; only what is ambiguous may have been taken.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { makeFault } from "./fault.ts";
 *
 * assert.equal(makeFault("ambiguous", "xledger_timeout", "No answer.").maybeTaken, true);
 * ```
 */
export function makeFault(
  errorClass: Failure["class"],
  code: string,
  message: string,
  retryAfter: number | null = null,
  blames?: Blames,
): XledgerFault {
  const why = failure(errorClass, code, message, retryAfter, blames);
  return { failure: why, maybeTaken: errorClass === "ambiguous", isValue: false, isBurst: false };
}
