/**
 * What an answer changes of what the controller knows, as pure functions.
 *
 * @module
 */
import { readActiveRun, readError } from "../read_error.ts";
import { SyncSchedulerError } from "../sync_scheduler_error.ts";
import { isActive, type SyncOverview, type SyncRun } from "../types.ts";
import type { ManualSyncFacts } from "./manual_sync_state.ts";

/** What an overview says of the button; the cooldown is 0 if there is none. */
export type OverviewFacts = Partial<Pick<ManualSyncFacts, "refusal" | "limit">> & {
  readonly cooldownSeconds: number;
};

/**
 * Reads from an overview what a press would be answered. A run under way and a cooldown pass, so they are no refusal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { factsOfOverview } from "./manual_sync_facts.ts";
 *
 * const answer = { button_message: "rate_limited", button_details: { retry_after_seconds: 60 } };
 * const { refusal, limit, cooldownSeconds } = factsOfOverview(answer as never);
 * assert.deepEqual([refusal, limit?.code, cooldownSeconds], [null, "rate_limited", 60]);
 * ```
 */
export function factsOfOverview(overview: SyncOverview | null): OverviewFacts {
  const answer = overview?.button_message ? readButton(overview) : null;
  const isPassing = answer?.code === "sync_already_in_progress" || answer?.code === "rate_limited";
  return {
    refusal: isPassing ? null : answer,
    ...(answer?.code === "rate_limited" ? { limit: answer } : {}),
    cooldownSeconds: answer?.retryAfterSeconds ?? 0,
  };
}

/** What a press would be answered, as it would be. */
function readButton({ button_message, button_details }: SyncOverview): SyncSchedulerError {
  const error = { code: "PT", message: button_message ?? "", details: JSON.stringify(button_details) };
  return new SyncSchedulerError(readError({ error }));
}

/**
 * What a state of a run changes; null if a newer one of it is known.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { factsOfRun } from "./manual_sync_facts.ts";
 * import { NO_FACTS } from "./manual_sync_state.ts";
 *
 * const run = { run_id: "r-1", version: 7 } as never;
 * assert.deepEqual(factsOfRun(NO_FACTS, run), { run, error: null, conflict: null });
 * assert.equal(factsOfRun({ ...NO_FACTS, run }, run), null);
 * ```
 */
export function factsOfRun(
  { run: known, error, conflict: before }: ManualSyncFacts,
  run: SyncRun,
): Pick<ManualSyncFacts, "run" | "error" | "conflict"> | null {
  const isKnown = known?.run_id === run.run_id;
  if (isKnown && Number(known.version) >= Number(run.version)) return null;
  // Only the row says who started the active run, and when.
  const conflict = error?.code === "sync_already_in_progress"
    ? error.with({ activeRun: readActiveRun(run) })
    : isKnown
    ? before
    : null;
  return { run, error: null, conflict };
}

/**
 * The last run, if it ended unseen and its end is news. A success needs no word, unless entries of it were refused.
 *
 * @param known The run that is shown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { missedRunOf } from "./manual_sync_facts.ts";
 *
 * const last = { last_run_id: "r-1", last_run_status: "failed" } as const;
 * assert.equal(missedRunOf(last as never, null), "r-1");
 * assert.equal(missedRunOf({ ...last, last_run_status: "succeeded" } as never, null), null);
 * ```
 */
export function missedRunOf(overview: SyncOverview, known: SyncRun | null): string | null {
  const { last_run_id, last_run_status, last_run_entries_failed } = overview;
  const isPlain = last_run_status === "succeeded" && !last_run_entries_failed;
  const isNews = known ? !isActive(known) && known.run_id !== last_run_id : !isPlain;
  return isNews && last_run_id || null;
}
