import { type FollowOptions, followRun, type RunSource } from "./follow_run.ts";
import type { SyncSchedulerError } from "./sync_scheduler_error.ts";
import type { SyncRun } from "./types.ts";

/**
 * A run as it changes, until it has ended: its last state is the last value. Reading slowly is no fault, the next value
 * is always the newest state. Ends early by `break`, or by the signal, with whose reason it then rejects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemEnvironment } from "./environment.ts";
 * import type { RunSource } from "./follow_run.ts";
 * import { watchRun } from "./watch_run.ts";
 *
 * // A repository is such a source. Nobody is asked about a run that is known to have ended.
 * const run = { run_id: "r-1", version: 7, status: "succeeded" };
 * const source = { environment: systemEnvironment } as unknown as RunSource;
 * const states: string[] = [];
 * for await (const { status } of watchRun(source, "r-1", { known: run as never })) states.push(status);
 * assert.deepEqual(states, ["succeeded"]);
 * ```
 */
export function watchRun(
  source: RunSource,
  runId: string,
  options: FollowOptions = {},
): AsyncIterableIterator<SyncRun> {
  type Result = IteratorResult<SyncRun, undefined>;
  let newest: SyncRun | null = null;
  let failure: { readonly reason: unknown } | null = null;
  let isOver = false;
  let change = Promise.withResolvers<void>();

  function end(reason?: { readonly reason: unknown }): void {
    if (isOver) return;
    isOver = true;
    failure = reason ?? null;
    options.signal?.removeEventListener("abort", onAbort);
    change.resolve();
  }
  const onAbort = () => end({ reason: options.signal?.reason });
  options.signal?.addEventListener("abort", onAbort, { once: true });

  const stop = followRun(source, runId, {
    onRun(run) {
      newest = run;
      change.resolve();
    },
    onEnd: () => end(),
    onError: (error: SyncSchedulerError) => end({ reason: error }),
  }, options);
  if (options.signal?.aborted) onAbort();

  async function next(): Promise<Result> {
    while (newest === null && !isOver) {
      await change.promise;
      change = Promise.withResolvers();
    }
    if (newest !== null) {
      const value = newest;
      newest = null;
      return { value, done: false };
    }
    if (failure === null) return { value: undefined, done: true };
    const { reason } = failure;
    failure = null;
    throw reason;
  }

  // Not a generator: its return() would wait for the value that is being waited for.
  return {
    next,
    return() {
      newest = null;
      stop();
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
