/** How long a caller has to wait for the next manual trigger. */
export interface CooldownLeft {
  /** Whole seconds, rounded up: a caller who waits that long is never refused for being early. */
  readonly retryAfterSeconds: number;
  /** The first instant at which a trigger is allowed again. */
  readonly retryAt: Date;
}

/**
 * The cooldown that a manual run leaves behind, or `null` when there is none left. Exactly at its end a
 * trigger is allowed: the cooldown is a half-open interval.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cooldownLeft } from "./cooldown.ts";
 *
 * const triggered = new Date("2026-11-23T12:00:00Z");
 * assert.deepEqual(cooldownLeft(triggered, 300, new Date("2026-11-23T12:04:00.500Z")), {
 *   retryAfterSeconds: 60,
 *   retryAt: new Date("2026-11-23T12:05:00Z"),
 * });
 * assert.equal(cooldownLeft(triggered, 300, new Date("2026-11-23T12:05:00Z")), null);
 * ```
 */
export function cooldownLeft(
  newestManualTriggeredAt: Date | null,
  cooldownSeconds: number,
  now: Date,
): CooldownLeft | null {
  if (newestManualTriggeredAt === null) return null;
  const retryAt = new Date(newestManualTriggeredAt.getTime() + cooldownSeconds * 1000);
  const leftMs = retryAt.getTime() - now.getTime();
  if (leftMs <= 0) return null;
  return { retryAfterSeconds: Math.ceil(leftMs / 1000), retryAt };
}
