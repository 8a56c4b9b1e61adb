import type { Clock } from "../core/clock.ts";
import { isAttemptOver, SyncError } from "../core/errors.ts";
import type { WorkerApi } from "../database/worker_api.ts";

/** A lease that is kept up by heartbeats until `stop`. */
export interface Lease {
  /** Aborted once the run may belong to another worker; the reason is a SyncError. */
  readonly signal: AbortSignal;
  /** Whether any call so far brought the wish to cancel. */
  readonly cancelRequested: boolean;
  /** Makes a worker call that, like every one, extends the lease and may bring the wish to cancel. */
  hold<T extends { readonly cancel_requested: boolean }>(
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  stop(): void;
}

/**
 * Keeps an attempt's lease. Failed heartbeats do not matter as long as the lease lasts. When the lease would have run
 * out, or the database says that the attempt is over, `signal` aborts whatever is being sent.
 *
 * The lease counts from when a call was sent, not from its answer, and on our own clock. So the worker gives up before
 * the database does, whatever the network and the two clocks do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { keepLease } from "./lease.ts";
 *
 * const lease = keepLease({
 *   api: { heartbeat: () => Promise.resolve({ cancel_requested: false, lease_expires_at: 0 }) },
 *   clock: systemClock,
 *   leaseSeconds: 60,
 *   heartbeatSeconds: 15,
 *   since: systemClock.elapsed(),
 * });
 * assert.equal(lease.signal.aborted, false);
 * lease.stop();
 * ```
 */
export function keepLease(options: {
  readonly api: Pick<WorkerApi, "heartbeat">;
  readonly clock: Clock;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  /** When the claim was sent, on `clock.elapsed()`. */
  readonly since: number;
}): Lease {
  const { api, clock } = options;
  const lost = new AbortController();
  const stopped = new AbortController();
  const over = AbortSignal.any([lost.signal, stopped.signal]);
  let expiresAt = options.since + options.leaseSeconds * 1000;
  let cancelRequested = false;

  async function hold<T extends { readonly cancel_requested: boolean }>(
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const sentAt = clock.elapsed();
    const answer = await call(lost.signal);
    expiresAt = Math.max(expiresAt, sentAt + options.leaseSeconds * 1000);
    cancelRequested ||= answer.cancel_requested;
    return answer;
  }

  async function beat(): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(options.heartbeatSeconds * 1000, over);
      try {
        await hold(() => api.heartbeat(null, over));
      } catch (error) {
        if (isAttemptOver(error)) lost.abort(error);
      }
    }
  }

  // Apart from the heartbeats, since one of them may hang past the end of the lease.
  async function watch(): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(expiresAt - clock.elapsed(), over);
      if (clock.elapsed() >= expiresAt) {
        lost.abort(new SyncError("lease_lost", "No call reached the database while the lease lasted."));
      }
    }
  }

  // Both end by the abort of their sleep, which is no error.
  beat().catch(() => {});
  watch().catch(() => {});
  return {
    signal: lost.signal,
    get cancelRequested() {
      return cancelRequested;
    },
    hold,
    stop: () => stopped.abort(),
  };
}
