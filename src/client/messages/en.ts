import type { SyncMessages } from "./sync_messages.ts";

/** What the page shows is not what there is. */
const reload = "Reload the page and try again.";

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
    unsupported_identity:
      "This kind of sign-in is not supported here. Sign in with an account of this app, or ask its developers.",
    not_authorized: "You do not have access to this. Ask an administrator of the organisation.",
    invalid_idempotency_key: reload,
    unknown_integration_type: "The integration does not exist.",
    integration_not_found: "The integration is not connected.",
    idempotency_key_reused: reload,
    integration_disabled: "The integration is switched off.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `The integration is paused${until ? ` until ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun, details }, name, ago }) => {
      if (details.notice === "vendor_incident") {
        return "The external system cannot be reached at the moment. The active sync tries again by itself.";
      }
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "A colleague"} started a sync ${ago ?? "just now"}.`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "An automatic" : "A scheduled";
      return ago ? `${kind} sync started ${ago}.` : `${kind} sync is about to start.`;
    },
    rate_limited: ({ wait }) => `There was a sync just now. Try again in ${wait ?? "a moment"}.`,
    function_url_not_configured: "The installation is not complete.",
    run_not_active: "The sync has ended already.",
    reason_too_long: "The reason is longer than 500 characters.",
    invalid_schedule: "The schedule is not valid.",
    invalid_time_zone: "The time zone is not known.",
    invalid_configuration: ({ error: { details: { field } } }) =>
      field ? `The setting ${field} is not valid.` : "A setting is not valid.",
    invalid_resume_at: "The end of the pause is not valid.",
    invalid_period: "The period is not valid.",
    invalid_count: "The number is not valid.",
    run_not_retryable: "The sync has neither failed nor been cancelled.",
    entry_is_sent: "The entry has been sent already.",
    invalid_entries: "The entries are not valid.",
    reason_missing: "The reason is missing.",
    entries_not_found: "The entries do not exist.",
    entries_not_settleable: reload,
    batch_was_sent_again: "The batch was sent again in the meantime. Look it up again, then settle it.",
    batch_is_open: "Settle all entries of the batch together.",
    invalid_credentials: "The credentials are not valid.",
    credentials_not_stored: "The credentials were not stored. Try again in a moment.",
    network_unreachable: "There is no connection to the server. Try again in a moment.",
    server_unavailable: "The server is not available. Try again in a moment.",
    unexpected_error: "Something went wrong. Try again in a moment.",
  },
  texts: {
    press: "Sync now",
    busy: "Syncing …",
    never: "Not synced yet",
    status: {
      pending: "The sync is about to start",
      running: "The sync is running",
      succeeded: "The sync has succeeded",
      failed: "The sync has failed",
      cancelled: "The sync was cancelled",
      skipped: "The sync was skipped",
    },
    cancelling: "The sync is being cancelled",
    cancel: "Cancel",
    retry: "Run again",
    progress: (done, total) => `${done} of ${total} entries`,
    rejected: (count) => `${count} rejected`,
    nextAttempt: (time) => `next attempt: ${time}`,
    lastSuccess: (ago) => `Last synced ${ago}`,
    alerts: (count) => count === 1 ? "1 open alert" : `${count} open alerts`,
  },
};
