/**
 * The rules of the manual trigger, in TypeScript: a mirror of `public.trigger_integration_sync` that needs no
 * database and no clock. `tests/integration/parity/` proves that the SQL decides the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isSyncErrorMessage, SYNC_ERRORS } from "./mod.ts";
 *
 * const error = { message: "rate_limited" }; // as supabase-js returns it
 * assert.equal(isSyncErrorMessage(error.message) && SYNC_ERRORS[error.message].status, 429);
 * ```
 *
 * @module
 */
export * from "./decide_trigger.ts";
export * from "./error_codes.ts";
export * from "./trigger_facts.ts";
export * from "./trigger_integration_sync.ts";
