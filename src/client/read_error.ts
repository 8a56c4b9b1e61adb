import type { SyncErrorCode, SyncSchedulerErrorFields } from "./sync_scheduler_error.ts";
import type { ActiveRun } from "./sync_scheduler_error.ts";
import { toInstant } from "./instant.ts";
import { en } from "./messages/en.ts";

/** A failed answer of supabase-js, as far as it is read. */
export interface FailedAnswer {
  /** The error; `code` is the SQLSTATE, or PostgREST's or the gateway's own. */
  readonly error: { readonly message: string; readonly code?: string; readonly details?: string | null };
  /** The HTTP status; 0 when there was no answer. */
  readonly status?: number;
}

/**
 * What a failed answer of supabase-js means.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readError } from "./read_error.ts";
 *
 * const { code, retryAfterSeconds } = readError({
 *   error: { code: "PT429", message: "rate_limited", details: '{"retry_after_seconds": 60}' },
 *   status: 429,
 * });
 * assert.deepEqual([code, retryAfterSeconds], ["rate_limited", 60]);
 * ```
 */
export function readError(answer: FailedAnswer): SyncSchedulerErrorFields {
  const { error, status = 0 } = answer;
  const code = readCode(error.message, error.code ?? "", status);
  const details = readDetails(error.details);
  const seconds = details.retry_after_seconds;
  return {
    code,
    status,
    details,
    retryAfterSeconds: typeof seconds === "number" ? seconds : null,
    retryAt: toInstant(details.retry_at),
    activeRun: code === "sync_already_in_progress" ? readActiveRun(details) : null,
    cause: error,
  };
}

/** The database as a whole: SQLSTATEs, and what PostgREST says when it has no connection. */
const DATABASE_CODES: Readonly<Record<string, SyncErrorCode>> = {
  "53100": "database_full",
  "25006": "database_read_only",
  "57P01": "database_restarting",
  "57P02": "database_restarting",
  "57P03": "database_restarting",
  "PGRST000": "database_restarting",
  "PGRST001": "database_restarting",
  "PGRST002": "database_restarting",
};

function readCode(message: string, sqlState: string, status: number): SyncErrorCode {
  // The messages have every code, and only codes: no second list is needed here. hasOwn, not `in`.
  if (sqlState.startsWith("PT") && Object.hasOwn(en.errors, message)) return message as SyncErrorCode;
  const trouble = Object.hasOwn(DATABASE_CODES, sqlState) ? DATABASE_CODES[sqlState] : undefined;
  if (trouble !== undefined) return trouble;
  if (status === 0 && sqlState === "") return "network_unreachable";
  if (status >= 500) return "server_unavailable";
  if (status === 401) return "not_authenticated";
  if (status === 403 || sqlState === "42501") return "not_authorized";
  return "unexpected_error";
}

function readDetails(text: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // Errors that are not ours have details in words.
    return {};
  }
}

/** The run in the way, from the details of an error or from its row: the names are the same. */
export function readActiveRun(details: Readonly<Record<string, unknown>>): ActiveRun | null {
  const { run_id, status, triggered_by, triggered_by_user_id, triggered_at, started_at } = details;
  if (typeof run_id !== "string") return null;
  return {
    runId: run_id,
    status: status as ActiveRun["status"],
    triggeredBy: triggered_by as ActiveRun["triggeredBy"],
    triggeredByUserId: typeof triggered_by_user_id === "string" ? triggered_by_user_id : null,
    startedAt: toInstant(triggered_at) ?? toInstant(started_at),
  };
}
