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
 *   if (decision.outcome !== "reject") return "under way";
 *   // The message decides the type of the details.
 *   return decision.message === "rate_limited"
 *     ? `wait ${decision.details.retry_after_seconds} s`
 *     : decision.message;
 * }
 * assert.equal(explain({ outcome: "replay", runId: "0b0f5f4e-2a52-4f0e-8a51-6a4a3a4f7d02" }), "under way");
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
  /** The host's backend, by the claim `role`, or the host itself (`sync_scheduler.acts_for_all()`): acts for any organisation. */
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

/** The parameters of the call. The organisation shows in {@link CallerFacts.role}. */
export interface TriggerRequest {
  /** As sent, known or not. */
  readonly integrationType: string | null;
  /** As sent; `null` when the client gave none. */
  readonly idempotencyKey: string | null;
}

/** What a recovery makes of a stuck active run: it goes on, it ends, or this press has recovered it. */
export type Recovery = "continues" | "ends" | "done";

/** What a run that is started or revived says to the person who pressed. */
export type TriggerNotice = "scheduler_not_ticking" | "vendor_incident";

/** The run of this organisation, of any integration and status, that carries the request's idempotency key. */
export interface KeyHolderFacts {
  /** Its id. */
  readonly runId: string;
  /** The integration that it syncs. */
  readonly integrationId: string;
}

/** The pending or running run of the integration. */
export interface ActiveRunFacts {
  /** Its id. */
  readonly runId: string;
  /** How far it is. */
  readonly status: ActiveRunStatus;
  /** When a worker first claimed it; `null` before that. */
  readonly startedAt: Date | null;
  /** What started it. */
  readonly triggeredBy: RunTrigger;
  /** What a pending run waits for that is not its turn, such as `integration_paused`; `null`: nothing. */
  readonly waitsFor: string | null;
  /** Until when its vendor asks it to wait; `null`: it does not, or that is over. */
  readonly quotaUntil: Date | null;
  /** `null`: it is not stuck. */
  readonly recovery: Recovery | null;
}

/**
 * Everything that `decideTrigger` reads: the columns of `sync_scheduler.trigger_facts`, with those of the key's run in
 * `key` and those of the active run in `active`.
 */
export interface TriggerFacts {
  /** The instant of the decision; in the SQL it is the transaction's `now()`. */
  readonly decidedAt: Date;
  /** Who is limited: `sync_scheduler.caller_id()`; `null` for the service role and the host. */
  readonly callerId: string | null;
  /** The integration. */
  readonly integrationId: string;
  /** Switched on? */
  readonly enabled: boolean;
  /** Since when it is paused; `null`: not paused. */
  readonly pausedAt: Date | null;
  /** The reason for the pause, in a person's words. */
  readonly pauseReason: string | null;
  /** When the pause ends by itself; `null`: only by hand. */
  readonly resumeAt: Date | null;
  /** The run that has the request's key; `null`: there is none, or no key. */
  readonly key: KeyHolderFacts | null;
  /** The run that is under way; `null`: none. */
  readonly active: ActiveRunFacts | null;
  /** Least time between two manual triggers of this integration. */
  readonly manualCooldownSeconds: number;
  /** The least cooldown of the installation, whatever the integration's own says. */
  readonly leastCooldownSeconds: number;
  /** When the newest manual run of the integration was triggered, whatever became of it. */
  readonly newestManualTriggerAt: Date | null;
  /**
   * `null` while the organisation has had fewer than `presses_per_hour` manual runs in the last hour. Else when the oldest
   * of the newest `presses_per_hour` began: once it is an hour old, there is room for one more.
   */
  readonly fullHourBeganAt: Date | null;
  /** Has the scheduler ticked within `settings.silent_after`? */
  readonly isTicking: boolean;
  /** Are several organisations unable to reach the vendor now? */
  readonly hasIncident: boolean;
  /** Is the address of the Edge Function known? */
  readonly hasFunctionUrl: boolean;
}

/** A call of `trigger_integration_sync`, with all that is known when it decides. Facts behind a failed check may be `null`. */
export interface TriggerCall {
  /** Who calls. */
  readonly caller: CallerFacts;
  /** What they ask for. */
  readonly request: TriggerRequest;
  /** The codes of `public.sync_integration_types`, in any order. */
  readonly knownTypes: readonly string[];
  /** `null`: the organisation has no integration of that type. */
  readonly facts: TriggerFacts | null;
}

/** What a press waits for: the cooldown of the integration, or the presses an hour of the organisation. */
export type TriggerLimit = "cooldown" | "presses_per_hour";

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
    readonly quota_until?: string;
    readonly notice?: string;
  };
  /** How long to wait, rounded up, until when, and by what limit. */
  readonly rate_limited: {
    readonly retry_after_seconds: number;
    readonly retry_at: string;
    readonly limit: TriggerLimit;
  };
  /** The command that prints the SQL which sets the address. */
  readonly function_url_not_configured: { readonly run: string };
}

/** Messages with which the trigger may reject a call; a subset of `SyncErrorMessage`. */
export type TriggerErrorMessage = keyof TriggerErrorDetails;

/** A rejection, discriminated by its message. */
export type TriggerRejection = {
  readonly [M in TriggerErrorMessage]: {
    readonly outcome: "reject";
    readonly message: M;
    readonly code: `PT${number}`;
    readonly status: number;
    readonly details: TriggerErrorDetails[M];
  };
}[TriggerErrorMessage];

/** What the trigger does: the result of `sync_scheduler.decide_trigger`. */
export type TriggerDecision =
  /** Starts a new run. */
  | {
    readonly outcome: "start";
    readonly triggeredBy: "manual" | "api";
    readonly notice: TriggerNotice | null;
  }
  /** Returns the run that the idempotency key has already started, in whatever state it is. */
  | { readonly outcome: "replay"; readonly runId: string }
  /** Recovers the active run, which is stuck, and returns it. */
  | { readonly outcome: "revive"; readonly runId: string; readonly notice: TriggerNotice | null }
  | TriggerRejection;
