/** One error that the project raises: how it travels, and what it says to its caller. */
export interface SyncErrorEntry {
  /** SQLSTATE; `PTxyz` makes PostgREST answer with HTTP status xyz. It is `error.code` in supabase-js. */
  readonly code: `PT${number}`;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** One sentence for the reader of a log or of the documentation; not meant for an end user's screen. */
  readonly description: string;
}

/**
 * Every error that the RPCs raise on purpose, by its message: the one list in TypeScript. Its counterpart in
 * SQL is `sync_scheduler.error_catalog()`, and `tests/integration/parity/error_catalog_test.ts` proves the two equal.
 *
 * Clients should compare the message, not the code: several messages share a code.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SYNC_ERRORS } from "./error_codes.ts";
 *
 * assert.equal(SYNC_ERRORS.rate_limited.code, "PT429");
 * assert.equal(SYNC_ERRORS.rate_limited.status, 429);
 * ```
 */
export const SYNC_ERRORS = {
  not_authenticated: {
    code: "PT401",
    status: 401,
    description: "Sign in first; an anonymous sign-in does not count.",
  },
  unsupported_identity: {
    code: "PT401",
    status: 401,
    description: "The sub of the JWT is no uuid: a third-party sign-in that is not supported.",
  },
  not_authorized: {
    code: "PT403",
    status: 403,
    description: "The caller may not do this there, or there is nothing there.",
  },
  invalid_idempotency_key: {
    code: "PT422",
    status: 422,
    description: "The idempotency key is blank or too long.",
  },
  unknown_integration_type: { code: "PT422", status: 422, description: "There is no such integration type." },
  integration_not_found: {
    code: "PT404",
    status: 404,
    description: "The organisation has no such integration.",
  },
  idempotency_key_reused: {
    code: "PT409",
    status: 409,
    description: "The key belongs to a run of another integration.",
  },
  integration_disabled: { code: "PT409", status: 409, description: "The integration is switched off." },
  integration_paused: { code: "PT409", status: 409, description: "The integration is paused." },
  sync_already_in_progress: {
    code: "PT409",
    status: 409,
    description: "A run of the integration is active.",
  },
  rate_limited: {
    code: "PT429",
    status: 429,
    description:
      "Too soon or too often, or the vendor asked us to slow down; details name the limit and when it is over.",
  },
  function_url_not_configured: {
    code: "PT503",
    status: 503,
    description: "The address of the Edge Function is not known: the doctor prints the SQL that sets it.",
  },
  run_not_active: { code: "PT409", status: 409, description: "The run has ended already." },
  reason_too_long: { code: "PT422", status: 422, description: "The reason is longer than 500 characters." },
  argument_too_long: { code: "PT422", status: 422, description: "An argument is longer than its limit." },
  invalid_schedule: {
    code: "PT422",
    status: 422,
    description: "The cron expression is malformed, or its date never comes.",
  },
  invalid_time_zone: {
    code: "PT422",
    status: 422,
    description: "The time zone is no IANA name that the database knows.",
  },
  invalid_configuration: {
    code: "PT422",
    status: 422,
    description: "A setting is unknown, malformed or out of range.",
  },
  invalid_resume_at: { code: "PT422", status: 422, description: "A pause has to end in the future." },
  invalid_period: {
    code: "PT422",
    status: 422,
    description: "The period is empty, too long, or not in the past that is asked about.",
  },
  invalid_count: { code: "PT422", status: 422, description: "How many is out of range." },
  run_not_retryable: {
    code: "PT409",
    status: 409,
    description: "Only a run that failed or was cancelled can be retried.",
  },
  run_is_final: { code: "PT409", status: 409, description: "A final run never changes." },
  entry_is_sent: {
    code: "PT409",
    status: 409,
    description: "What was sent keeps its content, and what was exported stays exported.",
  },
  invalid_entries: {
    code: "PT422",
    status: 422,
    description: "The entries are no list of the documented shape with each key once.",
  },
  reason_missing: {
    code: "PT422",
    status: 422,
    description: "The reason is blank; it goes into the audit log.",
  },
  entries_not_found: {
    code: "PT404",
    status: 404,
    description: "The integration has no entries of these keys.",
  },
  entries_not_settleable: {
    code: "PT409",
    status: 409,
    description: "The entries cannot be settled like that, or have changed since they were looked at.",
  },
  batch_was_sent_again: {
    code: "PT409",
    status: 409,
    description: "The batch was sent again since: look it up anew, and name that send.",
  },
  batch_is_open: {
    code: "PT409",
    status: 409,
    description: "Entries are open: a batch is settled in one call, and its address does not change before.",
  },
  invalid_credentials: {
    code: "PT422",
    status: 422,
    description: "The credentials are no JSON object, or too large.",
  },
  address_changed: {
    code: "PT409",
    status: 409,
    description: "The integration has another address by now; nothing was stored.",
  },
  credentials_not_stored: {
    code: "PT503",
    status: 503,
    description: "Vault refused the credentials; nothing has changed.",
  },
  invalid_token: {
    code: "PT401",
    status: 401,
    description: "The attempt token is forged, replaced or of another attempt.",
  },
  already_claimed: { code: "PT409", status: 409, description: "The attempt was claimed before." },
  attempt_not_current: {
    code: "PT409",
    status: 409,
    description: "The attempt has ended, or its run has moved on.",
  },
  invalid_worker_request: {
    code: "PT422",
    status: 422,
    description: "A worker call carries a value out of range.",
  },
} as const satisfies Readonly<Record<string, SyncErrorEntry>>;

/**
 * The closed union of `error.message` values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { SyncErrorMessage } from "./error_codes.ts";
 *
 * const worthRetrying: SyncErrorMessage[] = ["rate_limited", "sync_already_in_progress"];
 * assert.equal(worthRetrying.includes("not_authorized"), false);
 * ```
 */
export type SyncErrorMessage = keyof typeof SYNC_ERRORS;

/**
 * Whether a string, such as `error.message` of supabase-js, is one of the project's own errors.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isSyncErrorMessage } from "./error_codes.ts";
 *
 * assert.equal(isSyncErrorMessage("integration_paused"), true);
 * assert.equal(isSyncErrorMessage("duplicate key value violates unique constraint"), false);
 * ```
 */
export function isSyncErrorMessage(message: string): message is SyncErrorMessage {
  // hasOwn, not `in`: "constructor" and "toString" are no error messages.
  return Object.hasOwn(SYNC_ERRORS, message);
}
