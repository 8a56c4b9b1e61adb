import { SyncSchedulerError } from "../sync_scheduler_error.ts";
import type { SyncErrorCode } from "../sync_scheduler_error.ts";
import { isActive, type SyncOverview, type SyncRun } from "../types.ts";

/** What every snapshot has, whatever its state. */
export interface ManualSyncCommon {
  /** Whether a press would be of use now; not before the first answer of a `load` that is under way. */
  readonly canPress: boolean;
  /** Whether a press is on its way or a run under way. */
  readonly isBusy: boolean;
  /** Why a press would be of no use, in a sentence; null if it would, or if the run itself says it. */
  readonly reason: string | null;
  /** The same as an error, for those who say it in their own words. */
  readonly obstacle: SyncSchedulerError | null;
  /** Seconds until the cooldown is over, counting down; null without one. */
  readonly secondsLeft: number | null;
  /** Whether Realtime reports changes; false while the run is polled, and while there is none to follow. */
  readonly isLive: boolean;
  /** The integration as it was when it was last loaded; null before that. */
  readonly overview: SyncOverview | null;
}

/** Nothing has been pressed, and no run is under way. */
export interface ManualSyncIdle extends ManualSyncCommon {
  /** Which state this is. */
  readonly state: "idle";
  /** None. */
  readonly run: null;
}

/** A press is on its way. */
export interface ManualSyncLoading extends ManualSyncCommon {
  /** Which state this is. */
  readonly state: "loading";
  /** The run before this one, if it is known. */
  readonly run: SyncRun | null;
}

/** There is a run: under way and followed, or ended. */
export interface ManualSyncData extends ManualSyncCommon {
  /** Which state this is. */
  readonly state: "data";
  /** The run. */
  readonly run: SyncRun;
  /** "Kari started a sync 2 minutes ago.", if the press met a run that was under way; otherwise null. */
  readonly joined: string | null;
  /** The same as an error. */
  readonly conflict: SyncSchedulerError | null;
}

/** A press was refused, or a request failed. */
export interface ManualSyncFailure extends ManualSyncCommon {
  /** Which state this is. */
  readonly state: "error";
  /** The run that is known nevertheless. */
  readonly run: SyncRun | null;
  /** What happened. */
  readonly code: SyncErrorCode;
  /** The same in a sentence for people. */
  readonly message: string;
  /** The error itself. */
  readonly error: SyncSchedulerError;
}

/** What a button and a banner show: `state` distinguishes the cases. */
export type ManualSyncSnapshot = ManualSyncIdle | ManualSyncLoading | ManualSyncData | ManualSyncFailure;

/** What the controller knows. */
export interface ManualSyncFacts {
  readonly isPressing: boolean;
  /** Nothing is known yet, and the app has asked. */
  readonly isLoading: boolean;
  readonly run: SyncRun | null;
  readonly error: SyncSchedulerError | null;
  /** The conflict through which the run was found. */
  readonly conflict: SyncSchedulerError | null;
  /** Why the database would refuse a press, by the overview: another reason than a run or the cooldown. */
  readonly refusal: SyncSchedulerError | null;
  /** The refusal whose wait is counted down, which says what was used up. */
  readonly limit: SyncSchedulerError | null;
  /** When the cooldown is over, in milliseconds of this machine's clock. */
  readonly cooldownEndsAt: number | null;
  readonly isLive: boolean;
  readonly overview: SyncOverview | null;
}

/** Before anything is known. */
export const NO_FACTS: ManualSyncFacts = {
  isPressing: false,
  isLoading: false,
  run: null,
  error: null,
  conflict: null,
  refusal: null,
  limit: null,
  cooldownEndsAt: null,
  isLive: false,
  overview: null,
};

/**
 * What there is to show, from what is known.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { NO_FACTS, toSnapshot } from "./manual_sync_state.ts";
 *
 * const waiting = toSnapshot({ ...NO_FACTS, cooldownEndsAt: 90_000 }, 60_000, ({ code }) => code);
 * assert.deepEqual([waiting.state, waiting.canPress, waiting.secondsLeft], ["idle", false, 30]);
 * ```
 */
export function toSnapshot(
  facts: ManualSyncFacts,
  now: number,
  describe: (error: SyncSchedulerError) => string,
): ManualSyncSnapshot {
  const { run, conflict, refusal } = facts;
  const secondsLeft = facts.cooldownEndsAt === null ? null : Math.ceil((facts.cooldownEndsAt - now) / 1000);
  const isBusy = facts.isPressing || facts.error?.code === "sync_already_in_progress" ||
    isActive(run);
  const cooldown = secondsLeft === null
    ? null
    : (facts.limit ?? new SyncSchedulerError({ code: "rate_limited" })).with({
      retryAfterSeconds: secondsLeft,
    });
  const obstacle = isBusy ? null : refusal ?? cooldown;
  const common: ManualSyncCommon = {
    canPress: !isBusy && !facts.isLoading && obstacle === null,
    isBusy,
    reason: obstacle && describe(obstacle),
    obstacle,
    secondsLeft,
    isLive: facts.isLive,
    overview: facts.overview,
  };
  if (facts.isPressing) return { state: "loading", run, ...common };
  if (facts.error !== null) {
    // The wait in the message counts down with the clock.
    const error = facts.error.code === "rate_limited" && cooldown !== null ? cooldown : facts.error;
    return { state: "error", run, code: error.code, message: describe(error), error, ...common };
  }
  if (run !== null) {
    return { state: "data", run, joined: conflict && describe(conflict), conflict, ...common };
  }
  return { state: "idle", run, ...common };
}
