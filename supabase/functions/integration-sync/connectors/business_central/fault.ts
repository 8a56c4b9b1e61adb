/**
 * What a status of Business Central means. Of this connector only `sign_in_fault.ts` also compares a status with numbers:
 * that of the sign-in service.
 *
 * @module
 */
import * as z from "../../core/zod.ts";
import { type Failure, failure } from "../../core/errors.ts";
import type { Secrets } from "../../core/secrets.ts";
import { storableText } from "../../core/storable_text.ts";
import { isMomentary, type Refusal } from "./refusal.ts";
import type { ConnectorContext } from "../connector.ts";

/** A call to Business Central that did not do what was asked. Caught where outcomes are made; never leaves the connector. */
export class BusinessCentralFault extends Error {
  readonly failure: Failure;
  /** Whether the request may have been carried out all the same, or still may be. */
  readonly isDoubtful: boolean;
  /** Business Central's own refusal, which may be about a voucher; null when it gave none. */
  readonly refusal: Refusal | null;
  /** Whether it is proved that nothing of the request was sent. */
  readonly isUnsent: boolean;

  constructor(failure: Failure, isDoubtful = false, refusal: Refusal | null = null, isUnsent = false) {
    super(failure.message);
    this.name = "BusinessCentralFault";
    this.failure = failure;
    this.isDoubtful = isDoubtful;
    this.refusal = refusal;
    this.isUnsent = isUnsent;
  }
}

/** OData's form. Business Central has no code of digits only: such a code is a gateway's. */
const errorSchema = z.object({
  error: z.object({ code: z.string().check(z.regex(/^(?!\d+$)/)), message: z.string() }),
});

/**
 * What a status other than 2xx means for one request.
 *
 * docs/connectors/business-central.md has the table; a test compares. A 408 or 5xx leaves a write in doubt: the queue and
 * the gateway give up on requests that the service goes on with.
 *
 * A 404 or other 4xx with an error of Business Central's own has it as `refusal`; the caller may know that it is about
 * one entry. Without one something else may have answered, such as a gateway, and nothing was judged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { statusFault } from "./fault.ts";
 *
 * const details = { isWrite: true, body: null, retryAfter: null, context: testContext({ random: () => 0 }) };
 * assert.equal(statusFault(504, details).failure.class, "ambiguous");
 * assert.equal(statusFault(504, { ...details, isWrite: false }).failure.class, "transient");
 * assert.equal(statusFault(429, details).failure.retry_after_seconds, 30);
 * ```
 */
export function statusFault(
  status: number,
  details: {
    readonly isWrite: boolean;
    readonly body: unknown;
    readonly retryAfter: number | null;
    readonly context: Pick<ConnectorContext, "random" | "secrets">;
  },
): BusinessCentralFault {
  const { isWrite, retryAfter, context: { random, secrets } } = details;
  const said = wordsIn(details.body, secrets);
  if (status === 429) {
    // The window is five minutes and many wait for it: not all at the same second.
    const wait = retryAfter ?? 30 + Math.floor(random() * 30);
    const message = "Business Central asks us to slow down (429).";
    return new BusinessCentralFault(failure("rate_limited", "business_central_rate_limited", message, wait));
  }
  if (status === 401) return permanent("business_central_sign_in_refused", status);
  if (status === 403) return permanent("business_central_access_refused", status);
  if (status === 404) return permanent("business_central_not_found", status, said);
  if (status >= 300 && status < 400) return permanent("business_central_redirect", status);
  if (status === 425) return unavailable(`answered ${status}`, retryAfter);
  // What answers a 409 in other words than Business Central's may have passed the request on.
  if (status >= 400 && status < 500 && status !== 408 && (status !== 409 || said !== undefined)) {
    if (isMomentary(said, status === 409)) return busy(retryAfter);
    return permanent(
      said === undefined ? "business_central_no_reason" : "business_central_refused",
      status,
      said,
    );
  }
  return isWrite ? doubtful(`answered ${status}`, retryAfter) : unavailable(`answered ${status}`, retryAfter);
}

/**
 * Whether a request was carried out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isDone } from "./fault.ts";
 *
 * assert.deepEqual([isDone(204), isDone(302)], [true, false]);
 * ```
 */
export function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Whether the token was refused, and nothing was carried out: a fresh token is tried once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isTokenRefused } from "./fault.ts";
 *
 * assert.equal(isTokenRefused(401), true);
 * ```
 */
export function isTokenRefused(status: number): boolean {
  return status === 401;
}

/**
 * Whether a line that was to be removed is gone, or has changed since it was read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isLineGone } from "./fault.ts";
 *
 * assert.deepEqual([isLineGone(412), isLineGone(418)], [true, false]);
 * ```
 */
export function isLineGone(status: number): boolean {
  return status === 404 || status === 412;
}

function busy(retryAfter: number | null): BusinessCentralFault {
  const message = "Another user was at work on the same records in Business Central; it is tried again.";
  return new BusinessCentralFault(
    failure("transient", "business_central_busy", message, retryAfter, "nobody"),
  );
}

/** Before they are cut to a length: half of a secret is not recognised any more. */
function wordsIn(body: unknown, secrets: Secrets): Refusal | undefined {
  const said = errorSchema.safeParse(body).data?.error;
  if (said === undefined || said.code + said.message === "") return undefined;
  return { code: secrets.redact(said.code), message: secrets.redact(said.message) };
}

/**
 * A write that may have been carried out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { doubtful } from "./fault.ts";
 *
 * assert.equal(doubtful("did not answer in time").isDoubtful, true);
 * ```
 */
export function doubtful(what: string, retryAfter: number | null = null): BusinessCentralFault {
  const message =
    `Business Central ${what}: whether it took the vouchers is not known, so they are looked up before they are sent again.`;
  return new BusinessCentralFault(
    failure("ambiguous", "business_central_outcome_unknown", message, retryAfter),
    true,
  );
}

/**
 * A request that changed nothing: a read, or one that was not carried out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { unavailable } from "./fault.ts";
 *
 * assert.equal(unavailable("answered 503", 20).failure.retry_after_seconds, 20);
 * ```
 */
export function unavailable(what: string, retryAfter: number | null = null): BusinessCentralFault {
  const message = `Business Central ${what}.`;
  return new BusinessCentralFault(failure("transient", "business_central_unavailable", message, retryAfter));
}

const permanentMessages = {
  business_central_sign_in_refused:
    "Business Central does not accept our sign-in. Check that the app is registered in Business Central and consented to.",
  business_central_access_refused:
    "Business Central does not let the app do this. Check the permission sets that it was given.",
  business_central_not_found:
    "Business Central does not find what is configured. Check environment, company and journal.",
  business_central_redirect:
    "Business Central answered with a redirect, which is not followed. Check tenant id and environment.",
  business_central_refused:
    "Business Central refused a request. Correct there what it names, then sync again.",
  business_central_no_reason:
    "A request was refused without a reason. A proxy or a firewall may have answered instead of Business Central. Sync again later; if it is refused again, ask your Business Central partner.",
} as const;

function permanent(
  code: keyof typeof permanentMessages,
  status: number,
  said?: Refusal,
): BusinessCentralFault {
  const refusal = said === undefined ? null : { code: said.code, message: storableText(said.message, 300) };
  const words = refusal?.message ? ` It said: ${refusal.message}` : "";
  const message = `${permanentMessages[code]} (status ${status})${words}`;
  return new BusinessCentralFault(failure("permanent", code, message), false, refusal);
}

/**
 * Something a person has to set right before anything can be exported.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { setUpWrongly } from "./fault.ts";
 *
 * assert.equal(setUpWrongly("business_central_no_journal", "There is no such journal.").failure.class, "permanent");
 * ```
 */
export function setUpWrongly(code: string, message: string): BusinessCentralFault {
  return new BusinessCentralFault(failure("permanent", code, message));
}
