import type { ClientEnvironment } from "./environment.ts";
import { joinRuns } from "./run_channel.ts";
import type { SyncSchedulerError } from "./sync_scheduler_error.ts";
import { isActive, type SupabaseLike, type SyncRun } from "./types.ts";

/** Polling while Realtime is away: from the first distance to the longest, by half of it more each time. */
const FIRST_POLL_MS = 2_000;
const LONGEST_POLL_MS = 15_000;
/**
 * Realtime delivers at most once, and does not report a message that it lost. When nothing has come for this long, a
 * read of the row shows whether the run is still active. Doubles each time.
 */
const SILENCE_MS = 60_000;
const LONGEST_SILENCE_MS = 600_000;
/** A session that is just being renewed, a gateway that counts requests: some errors pass. */
const MAX_FAILURES = 5;

/** What happens to a run that is followed. */
export interface FollowListener {
  /** The run has changed; also called with the first that is known of it. Never with an older state than before. */
  onRun(run: SyncRun): void;
  /** The run has ended, and with it the following. */
  onEnd?(): void;
  /** The following has failed for good: the run may not be seen any more, or the session is over. */
  onError?(error: SyncSchedulerError): void;
  /** Realtime reports changes (`true`), or the row is polled (`false`). */
  onLive?(live: boolean): void;
}

/** How a run is followed. */
export interface FollowOptions {
  /** What is known of the run, such as the answer to a press: saves the first look. */
  readonly known?: SyncRun | undefined;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
}

/** What following needs: a repository is one. */
export interface RunSource {
  /** The client of the app. */
  readonly supabase: SupabaseLike;
  /** Time, chance and keys. */
  readonly environment: ClientEnvironment;
  /** The run as it is now; rejects with a `SyncSchedulerError` and nothing else. */
  getRun(runId: string, options: { readonly signal?: AbortSignal }): Promise<SyncRun>;
}

/**
 * Follows a run until it ends: live through Realtime, by polling while Realtime is away. The callback form of
 * `watchRun`.
 *
 * @returns A function that ends the following.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemEnvironment } from "./environment.ts";
 * import { followRun, type RunSource } from "./follow_run.ts";
 *
 * // A repository is such a source. Nobody is asked about a run that is known to have ended.
 * const run = { run_id: "r-1", version: 7, status: "succeeded" };
 * const source = { environment: systemEnvironment } as unknown as RunSource;
 * const seen: string[] = [];
 * const stop = followRun(source, "r-1", {
 *   onRun: ({ status }) => seen.push(status),
 *   onEnd: () => seen.push("the end"),
 *   onError: ({ message }) => seen.push(message),
 * }, { known: run as never });
 * assert.deepEqual(seen, ["succeeded", "the end"]);
 * stop();
 * ```
 */
export function followRun(
  source: RunSource,
  runId: string,
  listener: FollowListener,
  { known, signal }: FollowOptions = {},
): () => void {
  const { environment } = source;
  const looking = new AbortController();
  let newest: SyncRun | null = null;
  let live = false;
  let isLooking = false;
  let lookAgain = false;
  let failures = 0;
  let distance = FIRST_POLL_MS;
  let cancelLook = () => {};
  let leave = () => {};

  function onRow(row: unknown): void {
    const { run_id, version } = (row ?? {}) as Partial<SyncRun>;
    // Without its contents (an error of Realtime's own) it is a hint that there is something to see.
    if (run_id === runId && version !== undefined) accept(row as SyncRun);
    else look();
  }

  function accept(run: SyncRun): void {
    if (newest !== null && Number(run.version) <= Number(newest.version)) return;
    // Realtime leaves out long texts that did not change.
    newest = { ...newest, ...run };
    distance = live ? SILENCE_MS : FIRST_POLL_MS;
    lookLater();
    listener.onRun(newest);
    if (!isActive(newest)) end(() => listener.onEnd?.());
  }

  async function look(): Promise<void> {
    cancelLook();
    // What is under way may have read the row before that which makes us look.
    if (isLooking) return void (lookAgain = true);
    isLooking = true;
    const run = await source.getRun(runId, { signal: looking.signal }).catch(onFailure);
    isLooking = false;
    if (run && !looking.signal.aborted) {
      failures = 0;
      accept(run);
    }
    if (looking.signal.aborted) return;
    if (lookAgain) {
      lookAgain = false;
      return look();
    }
    lookLater();
    distance = live ? Math.min(distance * 2, LONGEST_SILENCE_MS) : Math.min(distance * 1.5, LONGEST_POLL_MS);
  }

  function onFailure(error: SyncSchedulerError): void {
    if (looking.signal.aborted) return;
    const isHopeless = error.code === "not_authorized" || error.status === 400;
    if (error.isUnanswered) failures = 0;
    else if (isHopeless || ++failures >= MAX_FAILURES) end(() => listener.onError?.(error));
    // Whether it passes is to be known soon, however silent the run is.
    else if (failures === 1) distance = FIRST_POLL_MS;
  }

  function lookLater(milliseconds = distance): void {
    cancelLook();
    // Many watch the same Realtime: when it goes away, they must not all look at the same moment.
    cancelLook = environment.after(milliseconds * (0.5 + environment.random() / 2), look);
  }

  function onLive(now: boolean): void {
    live = now;
    distance = now ? SILENCE_MS : FIRST_POLL_MS;
    lookLater();
    listener.onLive?.(now);
  }

  function end(notify: () => void): void {
    if (looking.signal.aborted) return;
    looking.abort();
    cancelLook();
    leave();
    signal?.removeEventListener("abort", stop);
    notify();
  }

  const stop = () => end(() => {});
  if (signal?.aborted) return stop;
  signal?.addEventListener("abort", stop, { once: true });
  if (known !== undefined) accept(known);
  else look();
  if (!looking.signal.aborted) {
    const changes = { event: "UPDATE", filter: `run_id=eq.${runId}` } as const;
    leave = joinRuns(source.supabase, environment, changes, { onGap: look, onLive, onRow });
  }
  return stop;
}
