import type { Clock } from "../core/clock.ts";
import type { Connector, ConnectorContext } from "../connectors/connector.ts";
import { openConnector } from "../connectors/open_connector.ts";
import { isAttemptOver } from "../core/errors.ts";
import { createSecrets } from "../core/secrets.ts";
import type { Claim } from "../database/worker_answers.ts";
import type { Ending, WorkerApi } from "../database/worker_api.ts";
import { exportAll } from "./export_all.ts";
import { failureOf } from "./failure_of.ts";
import { keepLease } from "./lease.ts";
import { errorFields, type Log } from "../core/log.ts";
import { recordAnswers, type RecordedFetch } from "./record_answers.ts";
import { splitCheckpoint } from "./slice_memory.ts";

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

/** How a slice ended: as it reported to the database, or without a report because the run is no longer its own. */
export type SliceEnd = Ending | { readonly outcome: "abandoned"; readonly error: unknown };

/**
 * Works off one claimed attempt: reserve a batch, export it, record what became of it. It ends when nothing is left,
 * the budget of time or entries is spent, the run is cancelled, the integration is paused, or something fails. Never
 * throws: what it cannot report to the database, the engine finds out by the lease.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { connectors } from "../connectors/registry.ts";
 * import { FakeWorkerApi, testClaim } from "../testing/fake_worker_api.ts";
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
  const { memory, connector: stored } = splitCheckpoint(claim.checkpoint);
  let checkpoint = stored;
  const vendor = recordAnswers(tools.fetch, () => clock.elapsed() - claimedAt);
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
      end = await exportAll({ api, connector, context, lease, tools, claim, memory });
    }
  } catch (error) {
    const over = lease.signal.aborted || isAttemptOver(error);
    if (!over) tools.log("slice_failed", errorFields(error));
    end = over
      ? { outcome: "abandoned", error: lease.signal.aborted ? lease.signal.reason : error }
      : { outcome: "failed", failure: failureOf(error), checkpoint };
  } finally {
    lease.stop();
  }
  return end.outcome === "abandoned" ? end : await finish(api, end, vendor);
}

async function finish(api: WorkerApi, end: Ending, vendor: RecordedFetch): Promise<SliceEnd> {
  try {
    await api.finish(end, vendor.firstAnswerMs, vendor.limited);
    return end;
  } catch (error) {
    return { outcome: "abandoned", error };
  }
}
