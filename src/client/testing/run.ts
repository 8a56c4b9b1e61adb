import type { SyncRun } from "../types.ts";

/** A pending run that Kari started at noon; `changes` on top. */
export function aRun(changes: Partial<SyncRun> = {}): SyncRun {
  return {
    attempt: 1,
    cancel_reason: null,
    cancel_requested_at: null,
    cancel_requested_by: null,
    deadline_at: "2026-11-25T18:00:00+00:00",
    entries_done: 0,
    entries_failed: 0,
    entries_total: 0,
    error_code: null,
    error_message: null,
    finished_at: null,
    idempotency_key: "key-1",
    integration_id: "i-1",
    integration_type: "xledger",
    next_attempt_at: null,
    notice: null,
    org_id: "o-1",
    parent_run_id: null,
    quota_until: null,
    run_id: "r-1",
    scheduled_for: null,
    skip_reason: null,
    started_at: null,
    status: "pending",
    triggered_at: "2026-11-25T12:00:00+00:00",
    triggered_by: "manual",
    triggered_by_user_id: "kari",
    version: 1,
    ...changes,
  };
}
