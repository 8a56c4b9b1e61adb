import type { SyncSchedulerError } from "../sync_scheduler_error.ts";
import { toInstant } from "../instant.ts";
import { toClockTime, toPlainDuration, toRelativeTime } from "./time_words.ts";
import { en } from "./en.ts";
import type { SyncMessages } from "./sync_messages.ts";

/** How an error is put into words. */
export interface DescribeOptions {
  /** The language; English if left out. */
  readonly messages?: SyncMessages | undefined;
  /** Looks up the name of a user; null or undefined while it is not known. */
  readonly nameOf?: ((userId: string) => string | null | undefined) | undefined;
  /** The present instant; `new Date()` if left out. */
  readonly now?: Date | undefined;
}

/**
 * An error in a sentence for people, as things are now: "Kari started a sync 2 minutes ago."
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncSchedulerError } from "../sync_scheduler_error.ts";
 * import { describeError } from "./describe_error.ts";
 * import { nb } from "./nb.ts";
 *
 * const error = new SyncSchedulerError({
 *   code: "sync_already_in_progress",
 *   activeRun: {
 *     runId: "0b0f5f4e-2a52-4f0e-8a51-6a4a3a4f7d02",
 *     status: "running",
 *     triggeredBy: "manual",
 *     triggeredByUserId: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *     startedAt: new Date("2026-11-25T11:58:00Z"),
 *   },
 * });
 * const now = new Date("2026-11-25T12:00:00Z");
 * const nameOf = () => "Kari";
 * assert.equal(describeError(error, { nameOf, now }), "Kari started a sync 2 minutes ago.");
 * assert.equal(
 *   describeError(error, { messages: nb, nameOf, now }),
 *   "Kari startet en synkronisering for 2 minutter siden.",
 * );
 * ```
 */
export function describeError(error: SyncSchedulerError, options: DescribeOptions = {}): string {
  const { messages = en, nameOf, now = new Date() } = options;
  const message = messages.errors[error.code];
  if (typeof message === "string") return message;
  const { activeRun, retryAfterSeconds, details } = error;
  const userId = activeRun?.triggeredByUserId;
  const at = (detail: unknown) => {
    const instant = toInstant(detail);
    return instant && toClockTime(instant, now, messages.locale);
  };
  return message({
    error,
    name: (userId ? nameOf?.(userId) : null) ?? null,
    ago: activeRun?.startedAt ? toRelativeTime(activeRun.startedAt, now, messages.locale) : null,
    wait: retryAfterSeconds === null ? null : toPlainDuration(retryAfterSeconds, messages.locale),
    until: at(details.resume_at),
    at,
  });
}
