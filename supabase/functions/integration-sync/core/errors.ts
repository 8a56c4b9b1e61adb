/**
 * Errors of the worker: one class to throw at edges, one plain value for how an export failed.
 *
 * @module
 */

/**
 * What the engine does next: see docs/reference/failures.md. The values of the type `sync_scheduler.error_class`, as a test
 * compares.
 */
export const errorClasses = ["transient", "rate_limited", "ambiguous", "permanent"] as const;

/** One of {@linkcode errorClasses}. */
export type ErrorClass = (typeof errorClasses)[number];

/**
 * What a failure is about. The engine acts on it, never on a connector's code: docs/reference/failures.md has what follows
 * from each. The values of the type `sync_scheduler.blames`, as a test compares.
 */
export const allBlames = ["vendor", "quota", "configuration", "entry", "nobody"] as const;

/** One of {@linkcode allBlames}. */
export type Blames = (typeof allBlames)[number];

/**
 * How an export failed. `message` is shown to coordinators: short, in their words, and without secrets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "./errors.ts";
 *
 * const busy = failure("rate_limited", "webhook_busy", "The receiver asks us to slow down.", 30);
 * assert.equal(busy.retry_after_seconds, 30);
 * ```
 */
export interface Failure {
  readonly class: ErrorClass;
  readonly code: string;
  readonly message: string;
  /** The other side's hint; null leaves the wait to the engine's backoff. */
  readonly retry_after_seconds: number | null;
  /** Left out, the class decides: see {@linkcode blamesOf}. */
  readonly blames?: Blames;
}

const blamesByClass: Readonly<Record<ErrorClass, Blames>> = {
  transient: "vendor",
  ambiguous: "vendor",
  rate_limited: "quota",
  permanent: "configuration",
};

/**
 * What a failure is about. The one place that decides it for a connector that does not, or that reports a value that
 * the database would refuse.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { blamesOf, failure } from "./errors.ts";
 *
 * assert.equal(blamesOf(failure("transient", "erp_unavailable", "The ERP is not available.")), "vendor");
 * assert.equal(blamesOf(failure("transient", "erp_locked", "The period is locked.", null, "nobody")), "nobody");
 * ```
 */
export function blamesOf({ class: errorClass, blames }: Failure): Blames {
  return blames !== undefined && allBlames.includes(blames) ? blames : blamesByClass[errorClass];
}

/**
 * Builds a {@linkcode Failure}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "./errors.ts";
 *
 * assert.equal(failure("permanent", "no_connector", "Nothing exports to this system.").retry_after_seconds, null);
 * ```
 */
export function failure(
  errorClass: ErrorClass,
  code: string,
  message: string,
  retryAfterSeconds: number | null = null,
  blames?: Blames,
): Failure {
  const why = { class: errorClass, code, message, retry_after_seconds: retryAfterSeconds };
  return blames === undefined ? why : { ...why, blames };
}

/** Every code that a {@linkcode SyncError} carries. */
export type SyncErrorCode =
  // What the database answers instead, under the names of the worker protocol.
  | "invalid_token"
  | "already_claimed"
  | "attempt_not_current"
  | "invalid_worker_request"
  | "version_mismatch"
  // Trouble on the way to the database.
  | "database_unreachable"
  | "database_full"
  | "database_read_only"
  | "database_restarting"
  | "database_error"
  | "unexpected_answer"
  // What a person has to set right.
  | "function_misconfigured"
  | "no_connector"
  | "invalid_config"
  | "invalid_credentials"
  | "credentials_needed"
  // The worker's own state.
  | "lease_lost";

/**
 * The one error class of the function. `message` and `details` never hold a token, a key or a credential:
 * both end up in logs and, for configuration faults, before a coordinator.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncError } from "./errors.ts";
 *
 * const error = new SyncError("database_unreachable", "No answer from the database.", { details: { status: 503 } });
 * assert.equal(error.code, "database_unreachable");
 * assert.deepEqual(error.details, { status: 503 });
 * ```
 */
export class SyncError extends Error {
  readonly code: SyncErrorCode;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;

  constructor(
    code: SyncErrorCode,
    message: string,
    options: {
      readonly details?: Readonly<Record<string, string | number | boolean | null>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SyncError";
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * Whether the database said that this attempt is no longer ours: a newer one owns the run, or it is over.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isAttemptOver, SyncError } from "./errors.ts";
 *
 * assert.equal(isAttemptOver(new SyncError("attempt_not_current", "gone")), true);
 * assert.equal(isAttemptOver(new SyncError("database_unreachable", "down")), false);
 * ```
 */
export function isAttemptOver(error: unknown): error is SyncError {
  return error instanceof SyncError &&
    (error.code === "attempt_not_current" || error.code === "invalid_token" ||
      error.code === "already_claimed");
}
