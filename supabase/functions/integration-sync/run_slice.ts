import type { Clock } from "../_shared/clock.ts";
import type { Connector, ConnectorContext, OpenConnector } from "../_shared/connectors/connector.ts";
import { openConnector } from "../_shared/connectors/open_connector.ts";
import { allEntries, openEntries } from "../_shared/entries.ts";
import { type Failure, isRefusal } from "../_shared/errors.ts";
import { createSecrets } from "../_shared/secrets.ts";
import type { Claim } from "../_shared/worker_answers.ts";
import type { Ending, WorkerApi } from "../_shared/worker_api.ts";
import { exportBatch } from "./export_batch.ts";
import { failureOf } from "./failure_of.ts";
import { keepLease, type Lease } from "./lease.ts";
import { errorFields, type Log } from "./log.ts";
import { noteAnswers, type NotedFetch } from "./note_answers.ts";

/** What a slice needs from outside. */
export interface SliceTools {
  readonly connectors: readonly Connector[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly log: Log;
  /** Aborted when the platform is about to take the isolate away: stop after the current batch. */
  readonly retiring: AbortSignal;
}

/** How a slice ended: as it told the database, or without a word because the run is no longer its own. */
export type SliceEnd = Ending | { readonly outcome: "abandoned"; readonly error: unknown };

// A shorter hint is waited for here; a longer one is not worth an isolate, and a coordinator should see it.
const longestWaitSeconds = 10;
const shortestWaitSeconds = 1;

/**
 * Works off one claimed attempt: reserve a batch, export it, record what became of it, until nothing is left, the
 * budget of time or of entries is spent, the run is cancelled, the integration is paused or something fails. Never throws: what it cannot tell the database, the
 * engine finds out by the lease.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../_shared/clock.ts";
 * import { connectors } from "../_shared/connectors/registry.ts";
 * import { FakeWorkerApi, testClaim } from "../_shared/testing/fake_worker_api.ts";
 * import { runSlice } from "./run_slice.ts";
 *
 * const { signal: retiring } = new AbortController();
 * const tools = { connectors, clock: systemClock, random: Math.random, fetch, log: () => {}, retiring };
 * const claim = testClaim({ cancel_requested: true });
 * const end = await runSlice(new FakeWorkerApi(), claim, systemClock.elapsed(), tools);
 * assert.deepEqual(end, { outcome: "cancelled" });
 * ```
 */
export async function runSlice(
  api: WorkerApi,
  claim: Claim,
  claimedAt: number,
  tools: SliceTools,
): Promise<SliceEnd> {
  const { clock } = tools;
  let checkpoint = claim.checkpoint;
  const vendor = noteAnswers(tools.fetch, () => clock.elapsed() - claimedAt);
  const heartbeat: WorkerApi["heartbeat"] = (value, signal) =>
    api.heartbeat(value, signal, vendor.firstAnswerMs);
  const lease = keepLease({
    api: { heartbeat },
    clock,
    leaseSeconds: claim.lease_seconds,
    heartbeatSeconds: claim.heartbeat_seconds,
    since: claimedAt,
  });
  const context: ConnectorContext = {
    org_id: claim.org_id,
    integration_id: claim.integration_id,
    fetch: vendor.fetch,
    secrets: createSecrets(claim.credentials),
    clock,
    random: tools.random,
    signal: lease.signal,
    deadline: claimedAt + claim.slice_seconds * 1000,
    checkpoint: () => checkpoint,
    saveCheckpoint: async (value) => {
      await lease.hold((signal) => heartbeat(value, signal));
      checkpoint = value;
    },
  };

  let end: SliceEnd;
  try {
    if (claim.cancel_requested) end = { outcome: "cancelled" };
    else {
      const connector = openConnector(tools.connectors, claim);
      end = await exportAll(api, connector, context, lease, tools);
    }
  } catch (error) {
    const over = lease.signal.aborted || isRefusal(error);
    if (!over) tools.log("slice_failed", errorFields(error));
    end = over
      ? { outcome: "abandoned", error: lease.signal.aborted ? lease.signal.reason : error }
      : { outcome: "failed", failure: failureOf(error), checkpoint };
  } finally {
    lease.stop();
  }
  return end.outcome === "abandoned" ? end : await finish(api, end, vendor);
}

async function exportAll(
  api: WorkerApi,
  connector: OpenConnector,
  context: ConnectorContext,
  lease: Lease,
  tools: SliceTools,
): Promise<Ending> {
  const { clock } = tools;
  const { sliceEntries = Infinity } = connector;
  let entries = 0;
  while (true) {
    if (lease.cancelRequested) return { outcome: "cancelled" };
    if (clock.elapsed() >= context.deadline || entries >= sliceEntries || tools.retiring.aborted) {
      return { outcome: "continued", checkpoint: context.checkpoint() };
    }
    const batch = await lease.hold((signal) => api.reserveEntries(connector.batchSize, signal));
    if (batch.batch_id === null) {
      return batch.paused === true
        ? { outcome: "paused", checkpoint: context.checkpoint() }
        : { outcome: "succeeded" };
    }

    const unsound = batch.resend ? [] : connector.findUnsound?.(context, batch.entries) ?? [];
    if (unsound.length > 0) {
      // Recorded before anything is sent: what we refuse is never in a batch that was sent. The others are handed out anew.
      const refused = new Set(unsound.map(({ entry_key }) => entry_key));
      const sound = batch.entries.filter(({ entry_key }) => !refused.has(entry_key));
      const results = [...unsound, ...allEntries(sound, "pending")];
      await lease.hold((signal) => api.recordResults(batch.batch_id, results, signal));
      entries += unsound.length;
      continue;
    }

    // Cancelled between reserving and sending: the batch is given back as it came.
    const settled = lease.cancelRequested
      ? {
        results: allEntries(openEntries(batch.entries), batch.resend ? "unknown" : "pending"),
        failure: null,
      }
      : await exportBatch(connector, context, batch, tools.log);
    // Whatever came back after the lease was lost belongs to the next attempt to find out.
    lease.signal.throwIfAborted();
    await lease.hold((signal) => api.recordResults(batch.batch_id, settled.results, signal));

    entries += batch.entries.length;
    if (settled.failure === null) continue;
    const wait = waitInSlice(settled.failure, context.deadline - clock.elapsed());
    if (wait === null) {
      return { outcome: "failed", failure: settled.failure, checkpoint: context.checkpoint() };
    }
    await clock.sleep(wait, lease.signal);
  }
}

/** Milliseconds to wait for a rate limit inside this slice, or null when the engine should wait instead. */
function waitInSlice(why: Failure, left: number): number | null {
  if (why.class !== "rate_limited" || why.retry_after_seconds === null) return null;
  if (why.retry_after_seconds > longestWaitSeconds) return null;
  const wait = Math.max(why.retry_after_seconds, shortestWaitSeconds) * 1000;
  return wait < left ? wait : null;
}

async function finish(api: WorkerApi, end: Ending, vendor: NotedFetch): Promise<SliceEnd> {
  try {
    await api.finish(end, vendor.firstAnswerMs, vendor.limited);
    return end;
  } catch (error) {
    return { outcome: "abandoned", error };
  }
}
