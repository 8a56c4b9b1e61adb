import type { ConnectorContext, ExportOutcome, OpenConnector } from "../connectors/connector.ts";
import { isUnsent } from "../connectors/http/transport_fault.ts";
import { allEntries, type Batch, type Entry, type EntryResult, openEntries } from "../vouchers/entries.ts";
import { type Failure, failure, SyncError } from "../core/errors.ts";
import { failureOf } from "./failure_of.ts";
import { errorFields, type Log } from "../core/log.ts";

/** A settled batch: one result for each open entry, and why not all of them are settled for good. */
export interface SettledBatch {
  readonly results: readonly EntryResult[];
  readonly failure: Failure | null;
  /** Set when the first send was refused as a whole: what was refused is `pending`, and is narrowed down. */
  readonly refused: RefusedBatch | null;
}

/** What a refusal of a whole batch was about. */
export interface RefusedBatch {
  readonly keys: readonly string[];
  readonly isTooLarge: boolean;
  /** In the system's words. */
  readonly error: string;
}

/**
 * Exports a batch so that whatever the connector does, no entry is sent twice or lost.
 *
 * - A batch of unknown outcome is looked up first, where the connector can; only what is absent is sent again.
 * - Where it cannot, the batch goes out again whole, and a refusal ("slow down", "not allowed") says nothing about the
 *   earlier send. Its entries stay `unknown` and not `pending`: a new `batch_id` would be a new idempotency key and
 *   might book them twice.
 * - Of a first send that is refused as a whole, nothing was taken. It is narrowed down by the slice.
 * - What was settled before is neither looked up nor reported again; it only goes out with a batch that goes out whole.
 * - An entry that the connector says nothing, or contradicting things, about is `unknown`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { completeResults } from "./export_batch.ts";
 *
 * const entries = ["a", "b"].map((entry_key) => ({
 *   entry_key,
 *   period: "2026-01",
 *   document_number: null,
 *   payload: {},
 *   settled: false,
 * }));
 * assert.deepEqual(completeResults(entries, [{ entry_key: "a", state: "exported" }]), [
 *   { entry_key: "a", state: "exported" },
 *   { entry_key: "b", state: "unknown" },
 * ]);
 * ```
 */
export async function exportBatch(
  connector: OpenConnector,
  context: ConnectorContext,
  batch: Batch,
  log: Log,
): Promise<SettledBatch> {
  if (!batch.resend) {
    const outcome = await attemptExport(connector, context, batch, log);
    return settleRefused(batch.entries, outcome) ?? settle(batch.entries, outcome);
  }
  if (connector.lookup === undefined) {
    const outcome = await attemptExport(connector, context, batch, log);
    return settle(batch.entries, { ...outcome, results: outcome.results.map(neverPending) });
  }

  const open = openEntries(batch.entries);
  const found = await connector.lookup(context, open);
  const absent = new Set(found.absent);
  const missing = open.filter((entry) => absent.has(entry.entry_key));
  if (missing.length === 0 || found.failure !== undefined) {
    const results = [...found.settled.map(neverPending), ...allEntries(missing, "unknown")];
    return settle(batch.entries, { ...found, results });
  }
  // The others come along as settled: how much of a batch went through may show the connector what a refusal is about.
  const entries = batch.entries.map((entry) => missing.includes(entry) ? entry : { ...entry, settled: true });
  const again = { ...batch, resend: false, repeated: true, entries };
  const outcome = await attemptExport(connector, context, again, log);
  // That nothing was sent now says nothing about the time before.
  const results = outcome.failure !== undefined && isUnsent(outcome.failure)
    ? outcome.results.map(neverPending)
    : outcome.results;
  return settle(batch.entries, { ...outcome, results: [...found.settled, ...results] });
}

/** A connector that breaks may have sent before it broke. */
async function attemptExport(
  connector: OpenConnector,
  context: ConnectorContext,
  batch: Batch,
  log: Log,
): Promise<ExportOutcome> {
  try {
    return await connector.export(context, batch);
  } catch (error) {
    if (context.signal.aborted) throw error;
    log("connector_fault", { batch_id: batch.batch_id, ...errorFields(error) });
    // The database did not take a checkpoint, most likely: whatever it was, nothing is known of what was sent.
    const why = error instanceof SyncError
      ? { ...failureOf(error), class: "ambiguous" as const }
      : failure("ambiguous", "connector_fault", "The export broke off inside the connector.", null, "nobody");
    return { results: allEntries(openEntries(batch.entries), "unknown"), failure: why };
  }
}

/** Null unless nothing of what was sent was taken, for certain. */
function settleRefused(entries: readonly Entry[], outcome: ExportOutcome): SettledBatch | null {
  if (outcome.refused_whole_batch !== true) return null;
  const said = new Map(outcome.results.map((result) => [result.entry_key, result]));
  if (outcome.results.some(({ state }) => state === "exported" || state === "unknown")) return null;
  const results = openEntries(entries).map(({ entry_key }): EntryResult =>
    said.get(entry_key) ?? { entry_key, state: "pending" }
  );
  const keys = results.filter(({ state }) => state === "pending").map(({ entry_key }) => entry_key);
  const [first] = keys;
  if (first === undefined) return null;
  const error = outcome.failure?.message ?? "The external system refused the entry and gave no reason.";
  const refused = { keys, isTooLarge: outcome.batch_too_large ?? false, error };
  if (keys.length > 1) return { results, failure: null, refused };
  const alone: EntryResult = { entry_key: first, state: "pending", refused_alone: true, error };
  return {
    results: results.map((result) => result.entry_key === first ? alone : result),
    failure: null,
    refused,
  };
}

function neverPending(result: EntryResult): EntryResult {
  return result.state === "pending" ? { entry_key: result.entry_key, state: "unknown" } : result;
}

/** Entries that stay open need a reason: without one the slice would reserve them again at once, for ever. */
function settle(entries: readonly Entry[], outcome: ExportOutcome): SettledBatch {
  const results = completeResults(openEntries(entries), outcome.results);
  if (outcome.failure !== undefined) return { results, failure: outcome.failure, refused: null };
  if (results.some((result) => result.state === "unknown")) {
    const message =
      "Whether some entries were taken is not known; they are checked before they are sent again.";
    return {
      results,
      failure: failure("ambiguous", "outcome_unknown", message, null, "nobody"),
      refused: null,
    };
  }
  if (results.some((result) => result.state === "pending")) {
    const message = "Some entries were put off and are sent later.";
    return {
      results,
      failure: failure("transient", "entries_deferred", message, null, "nobody"),
      refused: null,
    };
  }
  return { results, failure: null, refused: null };
}

/**
 * One result for each entry, in the entries' order; see {@linkcode exportBatch} for what is made of gaps.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { completeResults } from "./export_batch.ts";
 *
 * assert.deepEqual(completeResults([], [{ entry_key: "stranger", state: "exported" }]), []);
 * ```
 */
export function completeResults(
  entries: readonly Entry[],
  results: readonly EntryResult[],
): EntryResult[] {
  const byKey = new Map<string, EntryResult>();
  for (const result of results) {
    const { entry_key } = result;
    const earlier = byKey.get(entry_key);
    const contradicts = earlier !== undefined && earlier.state !== result.state;
    byKey.set(entry_key, contradicts ? { entry_key, state: "unknown" } : result);
  }
  return entries.map(({ entry_key }) => byKey.get(entry_key) ?? { entry_key, state: "unknown" });
}
