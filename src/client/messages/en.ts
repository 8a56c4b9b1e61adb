import type { SyncMessages } from "./sync_messages.ts";

/**
 * English.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { en } from "./en.ts";
 *
 * assert.equal(en.errors.integration_disabled, "The integration is switched off.");
 * ```
 */
export const en: SyncMessages = {
  locale: "en-GB",
  errors: {
    not_authenticated: "You are not signed in. Sign in and try again.",
    not_authorized: "You do not have access to this. Ask an administrator of the organisation.",
    invalid_idempotency_key: "The request was malformed. Reload the page and try again.",
    unknown_integration_type: "There is no integration of this type.",
    integration_not_found: "The organisation has not connected this integration yet.",
    idempotency_key_reused: "The request belongs to another integration. Reload the page and try again.",
    integration_disabled: "The integration is switched off.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `The integration is paused${until ? ` until ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun }, name, ago }) => {
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "A colleague"} started a sync ${ago ?? "just now"}.`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "An automatic" : "A scheduled";
      return ago ? `${kind} sync started ${ago}.` : `${kind} sync is about to start.`;
    },
    rate_limited: ({ wait }) => `There was a sync just now. Try again in ${wait ?? "a moment"}.`,
    function_url_not_configured: "The installation is not complete. Contact whoever operates it.",
    run_not_active: "The sync has ended already.",
    reason_too_long: "The reason is too long: 500 characters at most.",
    invalid_schedule: "The schedule is not valid.",
    invalid_time_zone: "The time zone is not known.",
    invalid_configuration: ({ error: { details: { field } } }) =>
      field ? `The setting ${field} is not valid.` : "A setting is not valid.",
    invalid_resume_at: "A pause has to end in the future.",
    invalid_period: "The period is not valid.",
    invalid_count: "The number is out of range.",
    run_not_retryable: "Only a sync that failed or was cancelled can be run again.",
    run_is_final: "The sync has ended and does not change any more.",
    entry_is_sent: "The entry has been sent and cannot be changed any more.",
    invalid_entries: "The entries are not valid.",
    reason_missing: "Say why; the reason is kept in the log.",
    entries_not_found: "There are no such entries.",
    entries_not_settleable: "The entries cannot be settled like that. Reload the page and look again.",
    batch_is_open: "Other entries were sent together with these and have to be settled with them.",
    invalid_credentials: "The credentials are not valid.",
    credentials_not_stored: "The credentials could not be stored; nothing has changed. Try again.",
    invalid_token: "The worker's token is not valid.",
    already_claimed: "Another worker has taken this over.",
    attempt_not_current: "The attempt has ended.",
    invalid_worker_request: "The worker's request is not valid.",
    network_unreachable: "There is no connection to the server. Try again when you are online.",
    server_unavailable: "The server does not answer as it should. Try again in a moment.",
    unexpected_error: "Something unexpected went wrong. Try again, and tell us if it stays like this.",
  },
};
