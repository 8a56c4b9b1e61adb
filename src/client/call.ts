import { reasonOf } from "./abort.ts";
import type { ClientEnvironment } from "./environment.ts";
import { type FailedAnswer, readError } from "./read_error.ts";
import { SyncSchedulerError } from "./sync_scheduler_error.ts";

/** Longest wait before each repetition, in milliseconds: as many repetitions as there are numbers. */
const DELAYS = [500, 1_500, 4_000];
/** Postgres gives up after 8 s: who has not answered after this does not answer any more. */
const LIMIT_MS = 15_000;

/** An answer of supabase-js. */
export type Answer<T> = (FailedAnswer & { readonly data: null }) | {
  readonly error: null;
  readonly data: T;
};

/** How a call is made. */
export interface CallOptions {
  /** Time and chance. */
  readonly environment: ClientEnvironment;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
  /** Puts an error into words: the same error, with a message for people. */
  readonly describe: (error: SyncSchedulerError) => SyncSchedulerError;
  /** How often to repeat at most; as often as there are delays, if left out. */
  readonly repetitions?: number | undefined;
}

/**
 * Asks once, and again while there is no answer or the server has a fault of its own. So what it asks may arrive more
 * than once, and late, when others have gone on. A press does nothing twice by its idempotency key, and a resume ends
 * no other pause by its `paused_at`.
 *
 * Our own loop: postgrest-js repeats GET, HEAD and OPTIONS, and an RPC is a POST; the usual libraries take no clock and
 * weigh more than all of this.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { call } from "./call.ts";
 * import { systemEnvironment } from "./environment.ts";
 *
 * const environment = { ...systemEnvironment, random: () => 0 };
 * let asked = 0;
 * const data = await call(
 *   () => Promise.resolve(++asked === 1 ? { error: { message: "fetch failed" }, data: null } : { error: null, data: 7 }),
 *   { environment, describe: (error) => error },
 * );
 * assert.deepEqual([data, asked], [7, 2]);
 * ```
 */
export async function call<T>(
  ask: (signal: AbortSignal) => PromiseLike<Answer<T>>,
  { environment, signal, describe, repetitions = DELAYS.length }: CallOptions,
): Promise<T> {
  for (let repetition = 0;; repetition++) {
    const answer = await askOnce(ask, environment, signal);
    if (answer.error === null) return answer.data;
    const error = new SyncSchedulerError(readError(answer));
    const delay = DELAYS[repetition];
    // 4xx, and what the RPCs raise on purpose, would be answered the same again.
    if (delay === undefined || repetition >= repetitions || !error.isUnanswered) throw describe(error);
    await sleep(environment, environment.random() * delay, signal);
  }
}

async function askOnce<T>(
  ask: (signal: AbortSignal) => PromiseLike<Answer<T>>,
  environment: ClientEnvironment,
  signal: AbortSignal | undefined,
): Promise<Answer<T>> {
  if (signal?.aborted) throw reasonOf(signal);
  // Not AbortSignal.any, nor throwIfAborted: React Native has neither.
  const both = new AbortController();
  const abort = () => both.abort();
  const cancel = environment.after(LIMIT_MS, abort);
  signal?.addEventListener("abort", abort);
  try {
    const answer = await ask(both.signal);
    // For supabase-js an abort is a broken connection.
    if (signal?.aborted) throw reasonOf(signal);
    return answer;
  } finally {
    cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Waits, unless it is given up.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sleep } from "./call.ts";
 * import { systemEnvironment } from "./environment.ts";
 *
 * await sleep(systemEnvironment, 1);
 * await assert.rejects(sleep(systemEnvironment, 60_000, AbortSignal.abort()), { name: "AbortError" });
 * ```
 */
export function sleep(
  environment: ClientEnvironment,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const onAbort = () => {
      cancel();
      reject(reasonOf(signal));
    };
    const cancel = environment.after(milliseconds, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
