import type { Clock } from "./clock.ts";

/** When and how often {@linkcode retry} repeats a call. */
export interface RetryOptions {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Longest wait before each repetition, in milliseconds; as many repetitions as there are numbers. */
  readonly delays: readonly number[];
  readonly isRetryable: (error: unknown) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats a call that failed in a way worth repeating, after a random part of each delay ("full jitter").
 *
 * Our own loop: postgrest-js 2.119 repeats only GET, HEAD and OPTIONS, an RPC is a POST; the usual libraries
 * neither take a clock nor are they free at boot.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "./clock.ts";
 * import { retry } from "./retry.ts";
 *
 * let calls = 0;
 * const answer = await retry(
 *   () => ++calls < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve("done"),
 *   { clock: systemClock, random: Math.random, delays: [1, 1], isRetryable: () => true },
 * );
 * assert.deepEqual([answer, calls], ["done", 3]);
 * ```
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (const delay of options.delays) {
    try {
      return await call();
    } catch (error) {
      if (options.signal?.aborted || !options.isRetryable(error)) throw error;
      await options.clock.sleep(options.random() * delay, options.signal);
    }
  }
  return await call();
}
