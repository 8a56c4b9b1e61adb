/**
 * What `public.trigger_integration_sync` knows when it decides, as plain data.
 *
 * Instants are `Date`, so they carry milliseconds; Postgres carries microseconds. What Postgres decides by less than a
 * millisecond cannot be seen here. That is harmless as long as all instants of one decision are cut the same way, or
 * are whole milliseconds away from `now`. Postgres's `infinity` has no `Date` either: a pause for ever is `resumeAt:
 * null`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { TriggerDecision } from "./trigger_facts.ts";
 *
 * function explain(decision: TriggerDecision): string {
 *   if (decision.outcome !== "rejected") return "under way";
 *   // The message tells the type of the details.
 *   return decision.message === "rate_limited"
 *     ? `wait ${decision.details.retry_after_seconds} s`
 *     : decision.message;
 * }
 * assert.equal(explain({ outcome: "accepted", triggeredBy: "manual" }), "under way");
 * ```
 *
 * @module
 */

/** A member's role in an organisation. */
export type OrgRole = "admin" | "coordinator" | "viewer";

/** Statuses of a run that is not final. */
export type ActiveRunStatus = "pending" | "running";

/** What started a run. */
export type RunTrigger = "manual" | "schedule" | "api" | "backfill";

/** Who calls, from the JWT and the membership; never from a parameter. */
export interface CallerFacts {
  /** The host's backend, by the claim `role`, or the host itself (`sync_scheduler.is_host()`): acts for any organisation. */
  readonly actsForAll: boolean;
  /** The claim `sub` as it is; `null` without a JWT, or when it has none, as that of the service role. */
  readonly subject: string | null;
  /** `sync_scheduler.caller_id()`: the subject, if it is a uuid; else `null`. */
  readonly userId: string | null;
  /** The claim `is_anonymous`: true for a user made by `signInAnonymously`. */
  readonly isAnonymous: boolean;
  /** The caller's role in the organisation of the request; `null`: none, or there is no such organisation. */
  readonly role: OrgRole | null;
}

/** The parameters of the call that the decision reads. The organisation shows in {@link CallerFacts.role}. */
export interface TriggerRequest {
  /** As sent, known or not. */
  readonly integrationType: string | null;
  /** As sent; `null` when the client gave none. */
  readonly idempotencyKey: string | null;
}

/** The organisation's integration of the requested type. */
export interface IntegrationFacts {
  /** Its id. */
  readonly integrationId: string;
  /** Switched on? */
  readonly enabled: boolean;
  /** Since when it is paused; `null`: not paused. */
  readonly pausedAt: Date | null;
  /** What the one who paused it said. */
  readonly pauseReason: string | null;
  /** When the pause ends by itself; `null`: only by hand. */
  readonly resumeAt: Date | null;
  /** Least time between two manual triggers. */
  readonly manualCooldownSeconds: number;
}

/** What `sync_scheduler.settings` says of people's presses, for the whole installation. */
export interface LimitFacts {
  /** The least cooldown, whatever the integration's own says. */
  readonly leastCooldownSeconds: number;
  /** How many runs the people of an organisation start by hand within an hour. */
  readonly pressesPerHour: number;
}

/** The pending or running run of the integration, as recovery of lost workers and deadlines has left it. */
export interface ActiveRunFacts {
  /** Its id. */
  readonly runId: string;
  /** How far it is. */
  readonly status: ActiveRunStatus;
  /** When a worker first claimed it; `null` before that. */
  readonly startedAt: Date | null;
  /** What started it. */
  readonly triggeredBy: RunTrigger;
  /** Was it stuck until this call, so that recovery had to move it on? Then it is the caller's answer. */
  readonly wasRevived: boolean;
}

/** The run of this organisation, of any integration and status, that carries the request's idempotency key. */
export interface KeyHolderFacts {
  /** Its id. */
  readonly runId: string;
  /** The integration that it syncs. */
  readonly integrationId: string;
}

/** Everything that `decideTrigger` reads. Facts behind a failed check may be left `null`. */
export interface TriggerFacts {
  /** Who calls. */
  readonly caller: CallerFacts;
  /** What they ask for. */
  readonly request: TriggerRequest;
  /** The codes of `public.sync_integration_types`, in any order. */
  readonly knownTypes: readonly string[];
  /** The integration asked for; `null` when the organisation has none of that type. */
  readonly integration: IntegrationFacts | null;
  /** Who has the idempotency key already; `null`: no run has it, or there is no key. */
  readonly keyHolder: KeyHolderFacts | null;
  /** The run in the way; `null`: none. */
  readonly activeRun: ActiveRunFacts | null;
  /** When the newest manual run of the integration was triggered, whatever became of it. */
  readonly newestManualTriggeredAt: Date | null;
  /** When the manual runs of the organisation's integrations were triggered, at least those of the last hour, in any order. */
  readonly manualTriggeredAt: readonly Date[];
  /** The limits of the installation. */
  readonly settings: LimitFacts;
}

/** The JSON in `error.details`, by message; `null` for messages that carry none. */
export interface TriggerErrorDetails {
  /** Nothing to add. */
  readonly not_authenticated: null;
  /** Nothing to add. */
  readonly unsupported_identity: null;
  /** Nothing to add: anything more would leak. */
  readonly not_authorized: null;
  /** In characters. */
  readonly invalid_idempotency_key: { readonly max_length: number };
  /** Sorted. */
  readonly unknown_integration_type: { readonly known_types: readonly string[] };
  /** Nothing to add. */
  readonly integration_not_found: null;
  /** The run that has the key. */
  readonly idempotency_key_reused: { readonly run_id: string };
  /** Nothing to add. */
  readonly integration_disabled: null;
  /** Why, since when, and until when if that is known. */
  readonly integration_paused: {
    readonly reason: string | null;
    readonly paused_at: string;
    readonly resume_at: string | null;
  };
  /** The run in the way, enough to show and to follow it. */
  readonly sync_already_in_progress: {
    readonly run_id: string;
    readonly status: ActiveRunStatus;
    readonly started_at: string | null;
    readonly triggered_by: RunTrigger;
  };
  /** How long to wait, rounded up, until when, and by what limit. */
  readonly rate_limited: {
    readonly retry_after_seconds: number;
    readonly retry_at: string;
    readonly limit: "cooldown" | "presses_per_hour";
  };
}

/** Messages with which the trigger may reject a call; a subset of `SyncErrorMessage`. */
export type TriggerErrorMessage = keyof TriggerErrorDetails;

/** A rejection, discriminated by its message. */
export type TriggerRejection = {
  readonly [M in TriggerErrorMessage]: {
    readonly outcome: "rejected";
    readonly message: M;
    readonly code: `PT${number}`;
    readonly status: number;
    readonly details: TriggerErrorDetails[M];
  };
}[TriggerErrorMessage];

/** What the trigger does. */
export type TriggerDecision =
  /** Starts a new run. */
  | { readonly outcome: "accepted"; readonly triggeredBy: "manual" | "api" }
  /** Gives back the run that the idempotency key has already started, in whatever state it is. */
  | { readonly outcome: "replayed"; readonly runId: string }
  /** Gives back the active run, which was stuck until recovery moved it on. */
  | { readonly outcome: "revived"; readonly runId: string }
  | TriggerRejection;
