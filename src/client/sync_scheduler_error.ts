import type { SyncErrorMessage } from "../rpc-logic/error_codes.ts";
import type { SyncRunStatus, SyncRunTrigger } from "./types.ts";

/** What may go wrong outside of the database's own list of errors. */
export type ClientErrorCode =
  /** No answer came, after repetitions. Whether the request arrived is not known. */
  | "network_unreachable"
  /** The server answered with an error of its own (5xx), after repetitions. */
  | "server_unavailable"
  /** The database's disk is full; nothing was changed. */
  | "database_full"
  /** The database takes no writes, mostly because its disk is nearly full; nothing was changed. */
  | "database_read_only"
  /** The database is restarting, after repetitions. Whether the request arrived is not known. */
  | "database_restarting"
  /** Anything else; `cause` has the answer. */
  | "unexpected_error";

/** What only the Edge Function gets, from the RPCs of the service role. */
export type WorkerErrorCode =
  | "invalid_token"
  | "already_claimed"
  | "attempt_not_current"
  | "run_is_final"
  | "invalid_worker_request";

/** The closed union of codes: what the RPCs answer people on purpose, and what may happen on the way to them. */
export type SyncErrorCode = Exclude<SyncErrorMessage, WorkerErrorCode> | ClientErrorCode;

/** The active run that a refused press met: enough to say whose it is, and to follow it. */
export interface ActiveRun {
  /** Its id. */
  readonly runId: string;
  /** How far it was. */
  readonly status: SyncRunStatus;
  /** What started it. */
  readonly triggeredBy: SyncRunTrigger;
  /** Who started it; null if no person did, or if it is not known. */
  readonly triggeredByUserId: string | null;
  /** Since when it is under way; null if that is not known yet. */
  readonly startedAt: Date | null;
}

/** What an error is made of; everything but the code may be left out. */
export interface SyncSchedulerErrorFields {
  /** What happened. */
  readonly code: SyncErrorCode;
  /** A sentence for people. */
  readonly message?: string;
  /** The HTTP status of the answer; 0 if there was none. */
  readonly status?: number;
  /** The JSON of `error.details`. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** How long to wait before trying again. */
  readonly retryAfterSeconds?: number | null;
  /** The same as an instant of the server's clock. */
  readonly retryAt?: Date | null;
  /** The run in the way. */
  readonly activeRun?: ActiveRun | null;
  /** The error of supabase-js. */
  readonly cause?: unknown;
}

/**
 * The one error that the library throws. Compare `code`; show `message`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncSchedulerError } from "./sync_scheduler_error.ts";
 *
 * const error = new SyncSchedulerError({ code: "rate_limited", retryAfterSeconds: 60 });
 * assert.ok(error instanceof Error);
 * assert.equal(error.code, "rate_limited");
 * assert.equal(error.activeRun, null);
 * ```
 */
export class SyncSchedulerError extends Error {
  /** Always the same, whatever a bundler renames the class to. */
  override readonly name = "SyncSchedulerError";
  /** What happened. */
  readonly code: SyncErrorCode;
  /** The HTTP status of the answer; 0 if there was none. */
  readonly status: number;
  /** The JSON of `error.details`; empty if there was none. */
  readonly details: Readonly<Record<string, unknown>>;
  /** How long to wait before trying again, rounded up; null if waiting is not the cure. */
  readonly retryAfterSeconds: number | null;
  /** The first instant, by the server's clock, at which trying again may help. */
  readonly retryAt: Date | null;
  /** The run in the way, if the code is `sync_already_in_progress`. */
  readonly activeRun: ActiveRun | null;

  /** Whether there was no answer, or no proper one: whether the request had an effect is not known. */
  get isUnanswered(): boolean {
    return this.code === "network_unreachable" || this.code === "server_unavailable" ||
      this.code === "database_restarting";
  }

  /** Made by the library; yours to make in tests. */
  constructor(
    {
      code,
      message = code,
      status = 0,
      details = {},
      retryAfterSeconds = null,
      retryAt = null,
      activeRun = null,
      cause,
    }: SyncSchedulerErrorFields,
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
    this.retryAt = retryAt;
    this.activeRun = activeRun;
  }

  /** The same error, but for these fields. */
  with(changes: Partial<SyncSchedulerErrorFields>): SyncSchedulerError {
    // An error's own message and cause are not among what a spread copies.
    return new SyncSchedulerError({ ...this, message: this.message, cause: this.cause, ...changes });
  }
}
