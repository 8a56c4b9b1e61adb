/**
 * Time as an argument, so that tests need not wait for it.
 *
 * @module
 */

/** Where the time comes from. */
export interface Clock {
  /** Milliseconds since the epoch: for time stamps. */
  now(): number;
  /** Milliseconds since some moment, never set back: for leases and budgets. */
  elapsed(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when that is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The clock of the machine.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "./clock.ts";
 *
 * const before = systemClock.elapsed();
 * await systemClock.sleep(1);
 * assert.ok(systemClock.elapsed() > before);
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
