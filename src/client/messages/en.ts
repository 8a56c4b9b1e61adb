import { because, fault, names, pairs } from "./details.ts";
import type { LimitTexts, SyncMessages } from "./sync_messages.ts";

/** What the page shows is not what there is. */
const reload = "Reload the page and try again.";

const status = {
  pending: "The sync is about to start",
  running: "The sync is running",
  succeeded: "The sync has succeeded",
  failed: "The sync has failed",
  cancelled: "The sync was cancelled",
  skipped: "The sync was skipped",
};

const quota = (until: string) => `The vendor's quota is used up until ${until}. The sync goes on by itself`;

const notices = {
  integration_paused: "The sync waits until the pause is over",
  vendor_quota_exhausted: "The vendor's quota is used up. The sync goes on by itself",
  vendor_incident:
    "The external system cannot be reached at the moment. The active sync tries again by itself",
  scheduler_not_ticking: "The scheduler does not run, so nothing is repeated by itself. Ask the operator",
  function_outdated: "The sync waits for an update of the installation. Ask the operator",
  schema_outdated: "The sync waits for an update of the installation. Ask the operator",
};

const states = {
  pending: "waiting",
  sending: "being sent",
  unknown: "outcome not known",
  exported: "exported",
  rejected: "rejected",
  withdrawn: "withdrawn",
};

const limits: LimitTexts = {
  presses_per_hour: "Your organisation has started many syncs within the last hour",
  changes_per_hour: "Your organisation has done this very often within the last hour",
  check: "The connection was checked just now",
  webhook: "The alert webhook was configured just now",
  vendor: "The external system asks us to slow down",
};

/** What is wrong with a setting or a schedule, so that it can be said of it. */
const reasonOf = (reason: unknown) =>
  String(reason).replace(/^(not a|neither) /, "is $1 ").replace(/^(out of range): (.*)/, "is $1 ($2)");

/**
 * English.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { en } from "./en.ts";
 *
 * assert.equal(en.errors.integration_disabled, "The integration is switched off. Ask an administrator to switch it on.");
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
    unknown_integration_type: ({ error: { details: { known_types } } }) =>
      `The integration does not exist.${known_types ? ` There are: ${names(known_types)}.` : ""}`,
    integration_not_found: "The integration is not connected. Ask an administrator to connect it.",
    idempotency_key_reused: reload,
    integration_disabled: "The integration is switched off. Ask an administrator to switch it on.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `The integration is paused${until ? ` until ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun, details }, name, ago, at }) => {
      const until = at(details.quota_until);
      if (until && details.notice === "vendor_quota_exhausted") return `${quota(until)}.`;
      const notice = notices[details.notice as keyof typeof notices];
      if (notice && details.notice !== "scheduler_not_ticking") return `${notice}.`;
      const rest = notice ? ` ${notice}.` : "";
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "A colleague"} started a sync ${ago ?? "just now"}.${rest}`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "An automatic" : "A scheduled";
      return (ago ? `${kind} sync started ${ago}.` : `${kind} sync is about to start.`) + rest;
    },
    rate_limited: ({ error: { details }, wait }) =>
      `${limits[String(details.limit)] ?? "There was a sync just now"}. Try again in ${wait ?? "a moment"}.`,
    function_url_not_configured:
      "The installation is not complete. Ask the operator to run npx sync-scheduler doctor.",
    run_not_active: ({ error: { details } }) => `The sync has ended already${because(details.status)}`,
    reason_too_long: ({ error: { details: { max_length = 500 } } }) =>
      `The reason is longer than ${max_length} characters. Shorten it.`,
    argument_too_long: ({ error: { details: { argument, max_length, max_bytes, max_digits } } }) =>
      `The value${argument ? ` of ${argument}` : ""} is too long. ${
        max_length
          ? `Give at most ${max_length} characters.`
          : max_bytes
          ? `Give at most ${max_bytes} bytes.`
          : max_digits
          ? `Write numbers with at most ${max_digits} digits.`
          : "Shorten it."
      }`,
    invalid_schedule: ({ error: { details: { field, value, reason } } }) =>
      `The schedule is not valid${
        because(
          reason && fault(
            field === "expression" ? [] : [String(field).replaceAll("_", " "), value],
            reasonOf(reason),
          ),
        )
      }`,
    invalid_time_zone: ({ error: { details: { time_zone } } }) =>
      `The time zone${
        time_zone ? ` ${time_zone}` : ""
      } is not known. Give it by area and place: Europe/Oslo.`,
    invalid_configuration: ({ error: { details: { field, reason, known } } }) =>
      `${field ? `The setting ${field}` : "A setting"} is not valid${because(reason)}${
        Array.isArray(known) ? ` Known are ${known.join(", ")}.` : ""
      }`,
    invalid_resume_at: ({ until }) =>
      `The end of the pause${until ? `, ${until},` : ""} is not valid. It must be in the future.`,
    invalid_period: ({ error: { details }, at }) => {
      const [earliest, before] = [at(details.earliest), at(details.first_slots_end_before)];
      const way = earliest
        ? ` It may begin on ${earliest}.`
        : before
        ? ` Try one that ends on ${before}.`
        : "";
      return `The period is not valid${because(details.reason)}${way}`;
    },
    invalid_count: ({ error: { details } }) => `The number is not valid${because(pairs(details))}`,
    run_not_retryable: ({ error: { details } }) =>
      `The sync has neither failed nor been cancelled${because(details.status)} Start a new one instead.`,
    entry_is_sent: ({ error: { details: { entry_key } } }) =>
      `The entry${entry_key ? ` ${entry_key}` : ""} has been sent already. Correct it by a new entry.`,
    invalid_entries: ({ error: { details } }) =>
      `The entries are not valid${
        because(pairs(details) || names(details.refused, {}, details.refused_count))
      }`,
    reason_missing: "The reason is missing. Give one: it is kept in the audit log.",
    entries_not_found: ({ error: { details: { entry_keys, batch_ids, count } } }) =>
      `The entries do not exist${because(names(entry_keys ?? batch_ids, {}, count))} Check their keys.`,
    entries_not_settleable: ({ error: { details: { entries, count } } }) =>
      entries
        ? `The entries have changed in the meantime: ${names(entries, states, count)}. ${reload}`
        : reload,
    batch_was_sent_again: "The batch was sent again in the meantime. Look it up again, then settle it.",
    batch_is_open: ({ error: { details: { entry_keys, address_keys, count } } }) =>
      address_keys
        ? `The address cannot change while the outcome of entries is open${because(names(entry_keys))} ` +
          "Wait until the sync has ended, or settle them."
        : `Settle all entries of the batch together${because(names(entry_keys, {}, count))}`,
    invalid_credentials: ({ error: { details: { reason } } }) =>
      `The credentials are not valid${because(reason)}`,
    address_changed:
      "The address of the integration has changed, so nothing was stored. Check it, then store the credentials again.",
    credentials_not_stored: ({ error: { details: { sqlstate } } }) =>
      `The credentials were not stored${sqlstate ? ` (${sqlstate})` : ""}. Try again in a moment.`,
    network_unreachable: "There is no connection to the server. Try again in a moment.",
    server_unavailable: "The server is not available. Try again in a moment.",
    database_full:
      "The database's disk is full, so nothing was started or saved. Inform the people who run this app, and try again later.",
    database_read_only:
      "The database takes no changes at the moment, so nothing was started or saved. Inform the people who run this app, and try again later.",
    database_restarting: "The database is restarting. Try again in a minute.",
    unexpected_error: "Something went wrong. Try again in a moment.",
  },
  texts: {
    press: "Sync now",
    busy: "Syncing …",
    again: (clock) => `Sync again in ${clock}`,
    never: "Not synced yet",
    status,
    notices,
    quota,
    states,
    cancelling: "The sync is being cancelled",
    cancel: "Cancel",
    retry: "Run again",
    progress: (done, total) => `${done} of ${total} entries`,
    rejected: (count) => `${count} rejected`,
    outcome: (exported, rejected) => `${exported} exported, ${rejected} rejected`,
    undecided: (count) => count === 1 ? "1 entry needs a decision" : `${count} entries need a decision`,
    nextAttempt: (time) => `next attempt: ${time}`,
    lastSuccess: (ago) => `Last synced ${ago}`,
    alerts: (count) => count === 1 ? "1 open alert" : `${count} open alerts`,
  },
};
