import { type Failure, failure, SyncError } from "../core/errors.ts";

/**
 * What an error outside of an export means, before or between batches and in a connection check: nothing was sent, so
 * the worst is that nothing happened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncError } from "../core/errors.ts";
 * import { failureOf } from "./failure_of.ts";
 *
 * const error = new SyncError("invalid_credentials", "The signing secret is not valid: signing_secret is missing.");
 * assert.equal(failureOf(error).class, "permanent");
 * assert.equal(failureOf(new TypeError("x is undefined")).code, "worker_fault");
 * ```
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof SyncError)) {
    const message = "The sync function failed unexpectedly; its log says where.";
    return failure("transient", "worker_fault", message, null, "nobody");
  }
  switch (error.code) {
    case "no_connector":
    case "invalid_config":
    case "invalid_credentials":
    case "credentials_needed":
      return failure("permanent", error.code, error.message);
    case "invalid_worker_request":
      return failure("permanent", error.code, "The sync function and the database do not fit together.");
    case "database_full":
    case "database_read_only":
    case "database_restarting":
      return failure("transient", error.code, error.message, null, "nobody");
    default:
      return failure(
        "transient",
        error.code,
        "The sync function could not reach the database.",
        null,
        "nobody",
      );
  }
}
