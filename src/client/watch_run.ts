import { reasonOf } from "./abort.ts";
import { type FollowOptions, followRun, type RunSource } from "./follow_run.ts";
import type { SyncRun } from "./types.ts";

const DONE = () => ({ value: undefined, done: true }) as const;

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
  /** What to answer when the last state has been read; null while there is more to come. */
  let ending: (() => Result) | null = null;
  let wake = () => {};
  const nextChange = () => new Promise<void>((resolve) => wake = resolve);
  let change = nextChange();

  /** Wakes the caller that waits. */
  function wakeReader(): void {
    wake();
    change = nextChange();
  }

  function end(how: () => Result = DONE): void {
    if (ending !== null) return;
    ending = how;
    options.signal?.removeEventListener("abort", onAbort);
    wakeReader();
  }
  const fail = (reason: unknown) =>
    end(() => {
      throw reason;
    });
  const onAbort = () => fail(reasonOf(options.signal));
  options.signal?.addEventListener("abort", onAbort, { once: true });

  const stop = followRun(source, runId, {
    onRun(run) {
      newest = run;
      wakeReader();
    },
    onEnd: () => end(),
    onError: fail,
  }, options);
  if (options.signal?.aborted) onAbort();

  async function next(): Promise<Result> {
    while (newest === null && ending === null) await change;
    if (newest !== null) {
      const value = newest;
      newest = null;
      return { value, done: false };
    }
    const last = ending ?? DONE;
    ending = DONE;
    return last();
  }

  // Not a generator: its return() would wait for the value that is being waited for.
  return {
    next,
    return() {
      newest = null;
      stop();
      end();
      return Promise.resolve(DONE());
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
