import type { Area } from "../mutant.ts";

/** Errors of a caller that comes too late, or for something that has moved on. */
const STALE = [
  ...["attempt_not_current", "already_claimed", "invalid_token", "run_is_final", "run_not_active"],
  ...["run_not_retryable", "sync_already_in_progress", "entry_is_sent", "entries_not_settleable"],
  ...["address_changed", "batch_is_open", "batch_was_sent_again"],
];

/** Functions that decide who may do what, whatever folder they are in. */
const ACCESS = /(^|\.)(require_org_role|acts_for_all|has_org_role|member_\w+|caller_id)$/;

/** Kinds that turn a comparison or a default, wherever they are. */
const COMPARISONS = new Set([
  ...["turn-comparison", "turn-null-test", "turn-and-or", "drop-not", "drop-default", "change-default"],
]);

/** What the area of a fault in a function depends on. */
export interface FaultOfFunction {
  readonly kind: string;
  /** The node that is changed, or what the guard protects: the text that may name an error or a helper. */
  readonly text: string;
  readonly inWrite: boolean;
  readonly target: string;
  /** The folder of the file, without its number. */
  readonly folder: string;
  /** Whether it is the tick, or the tick calls it. */
  readonly isTick: boolean;
}

/** The area of a fault in a function. */
export function areaOf({ kind, text, inWrite, target, folder, isTick }: FaultOfFunction): Area {
  if (kind === "drop-lock" || kind === "wait-for-lock") return "locks";
  if (inWrite || STALE.some((error) => text.includes(`'${error}'`))) return "compare-and-set";
  if (
    ACCESS.test(target) || folder === "membership" || folder === "access" ||
    /\b(require_org_role|acts_for_all|caller_id)\b/.test(text) ||
    text.includes("'not_authorized'")
  ) {
    return "access";
  }
  if (isTick) return "tick";
  return COMPARISONS.has(kind) ? "comparisons and defaults" : "engine";
}
