/**
 * A slice of a fake connector on a fake database.
 *
 * @module
 */
import {
  type Connector,
  type ConnectorContext,
  defineConnector,
  type ExportOutcome,
} from "../connectors/connector.ts";
import { allEntries, type Batch, type RejectedEntry } from "../vouchers/entries.ts";
import { type ErrorClass, failure, SyncError } from "../core/errors.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeWorkerApi, testBatch, testClaim } from "./fake_worker_api.ts";
import type { Claim } from "../database/worker_answers.ts";
import { runSlice, type SliceEnd } from "../jobs/run_slice.ts";

/** What a connector does with a batch. */
export type Export = (context: ConnectorContext, batch: Batch) => Promise<ExportOutcome>;

/** Two batches of two entries. */
export const two = [testBatch(1, ["a", "b"]), testBatch(2, ["c", "d"])];
/** An external system that takes everything. */
export function takesAll(_context: ConnectorContext, batch: Batch): Promise<ExportOutcome> {
  return Promise.resolve({ results: allEntries(batch.entries, "exported") });
}

function testConnector(
  exportBatch: Export,
  sliceEntries = Infinity,
  unsound: readonly RejectedEntry[] = [],
): Connector {
  return defineConnector({
    type: "test",
    addressKeys: [],
    targets: () => [new URL("https://erp.example/")],
    parseConfig: (raw) => {
      if (raw === "broken") throw new SyncError("invalid_config", "The configuration is not valid.");
      return raw;
    },
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 2,
      sliceEntries,
      ping: () => Promise.resolve({ ok: true }),
      findUnsound: (_context, entries) =>
        unsound.filter((one) => entries.some(({ entry_key }) => entry_key === one.entry_key)),
      export: exportBatch,
    }),
  });
}

/** Works off a slice against `api`. */
export function slice(
  api: FakeWorkerApi,
  exportBatch: Export,
  options: {
    clock?: FakeClock;
    /** When the claim was sent; 0 by default. */
    claimedAt?: number;
    claim?: Partial<Claim>;
    retiring?: AbortSignal;
    fetch?: typeof fetch;
    sliceEntries?: number;
    /** What the connector's own rules refuse. */
    unsound?: readonly RejectedEntry[];
  } = {},
): Promise<SliceEnd> {
  return runSlice(api, testClaim(options.claim), options.claimedAt ?? 0, {
    connectors: [testConnector(exportBatch, options.sliceEntries, options.unsound)],
    clock: options.clock ?? new FakeClock(),
    random: () => 0,
    fetch: options.fetch ?? fetch,
    log: () => {},
    retiring: options.retiring ?? new AbortController().signal,
  });
}

/** An external system that takes nothing, or an unknown part. */
export function fails(errorClass: ErrorClass, retryAfter: number | null = null): Export {
  const state = errorClass === "ambiguous" ? "unknown" : "pending";
  return (_context, batch) =>
    Promise.resolve({
      results: allEntries(batch.entries, state),
      failure: failure(errorClass, `test_${errorClass}`, "It did not work.", retryAfter),
    });
}

/** Never answers; ends only by its signal, and says so. */
export function hangs(): { export: Export; started: Promise<void>; aborted: Promise<unknown> } {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  return {
    started: started.promise,
    aborted: aborted.promise,
    export: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.resolve(signal.reason);
          reject(signal.reason);
        });
        started.resolve();
      }),
  };
}
