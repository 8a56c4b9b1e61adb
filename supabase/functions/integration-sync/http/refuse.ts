import { describeTrouble } from "../database/database_trouble.ts";
import { SyncError } from "../core/errors.ts";

/**
 * The answer to what the database would not let us take.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncError } from "../core/errors.ts";
 * import { refuseClaim } from "./refuse.ts";
 *
 * assert.equal(refuseClaim(new SyncError("invalid_token", "forged")).status, 401);
 * ```
 */
export function refuseClaim(error: unknown): Response {
  const code = error instanceof SyncError ? error.code : null;
  switch (code) {
    case "invalid_token":
      return refuse(401, code, "The token is not that of an open attempt, check, message or warm-up.");
    case "already_claimed":
      return refuse(409, code, "This request was taken before.");
    case "attempt_not_current":
      return refuse(409, code, "This attempt or check is over.");
    case "version_mismatch":
      return refuse(
        503,
        code,
        "The function and the database are of releases that do not understand each other.",
      );
    case "function_misconfigured":
      return refuse(500, code, "The function's environment is incomplete; its log names the variable.");
    case "database_full":
    case "database_read_only":
    case "database_restarting":
      return refuse(503, code, describeTrouble(code));
    default:
      return refuse(503, "database_unavailable", "The database did not answer as it should.");
  }
}

/**
 * An answer that says no, and nothing of what was sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { refuse } from "./refuse.ts";
 *
 * assert.equal(refuse(405, "method_not_allowed", "Only POST is answered here.").status, 405);
 * ```
 */
export function refuse(status: number, code: string, message: string, headers: HeadersInit = {}): Response {
  return Response.json({ error: { code, message } }, { status, headers });
}
