/**
 * Entries and batches as the worker protocol and the connectors share them. The keys are those of the wire.
 *
 * @module
 */

/** One accounting entry. `payload` passes through untouched: its amounts are decimal strings. */
export interface Entry {
  readonly entry_key: string;
  readonly period: string;
  readonly document_number: string | null;
  readonly payload: unknown;
  /** Its outcome is known from an earlier send of the batch: nothing more is to be found out or said about it. */
  readonly settled: boolean;
}

/**
 * Entries that are sent together. `batch_id` is also their idempotency key. `resend` says that the outcome
 * of an earlier send of this very batch is unknown. Then `entries` may hold settled ones: a receiver takes the
 * repetition of a batch only if it is whole.
 *
 * `repeated` says that a lookup found no trace of an earlier send of the open entries, so they are sent again. Our own
 * checks have judged them at the first send and do not judge them a second time.
 */
export interface Batch {
  readonly batch_id: string;
  readonly resend: boolean;
  readonly repeated?: boolean;
  readonly entries: readonly Entry[];
}

/**
 * Whether nothing of the batch was sent before. Our own rules apply to a first send only: a repetition goes out as it
 * was sent, whatever the rules say by now.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isFirstSend } from "./entries.ts";
 *
 * assert.equal(isFirstSend({ batch_id: "b", resend: false, entries: [] }), true);
 * assert.equal(isFirstSend({ batch_id: "b", resend: false, repeated: true, entries: [] }), false);
 * ```
 */
export function isFirstSend(batch: Batch): boolean {
  return !batch.resend && batch.repeated !== true;
}

/**
 * What became of one entry.
 *
 * - `exported`, `rejected`: the external system said so.
 * - `unknown`: it may have been taken; it is looked up or sent again under the same `batch_id`.
 * - `pending`: it was definitely not taken and may be sent again under another `batch_id`.
 *
 * @example
 * ```ts
 * import type { EntryResult } from "./entries.ts";
 *
 * const results: EntryResult[] = [
 *   { entry_key: "EXP-1", state: "exported", external_id: "4711" },
 *   { entry_key: "EXP-2", state: "rejected", error: "The period is closed." },
 *   { entry_key: "EXP-3", state: "unknown" },
 * ];
 * ```
 */
export type EntryResult =
  | { readonly entry_key: string; readonly state: "exported"; readonly external_id?: string }
  | RejectedEntry
  | { readonly entry_key: string; readonly state: "unknown" | "pending" }
  | RefusedAlone;

/**
 * The first send of this entry by itself was refused. It stays pending and is passed over for the rest of the run. The
 * database rejects it, for this `error`, once another request of the run was taken. Only the slice reports it.
 */
export interface RefusedAlone {
  readonly entry_key: string;
  readonly state: "pending";
  readonly refused_alone: true;
  readonly error: string;
}

/** An entry that is not booked, and why. */
export interface RejectedEntry {
  readonly entry_key: string;
  readonly state: "rejected";
  readonly error: string;
  /** Our own rules rejected it before its first send. */
  readonly not_sent?: true;
  /** The external system holds nothing of it. */
  readonly nothing_left?: true;
}

/**
 * The entries whose outcome is still to be found out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openEntries } from "./entries.ts";
 *
 * const entry = { period: "2026-01", document_number: "1", payload: {} };
 * const entries = [{ ...entry, entry_key: "a", settled: true }, { ...entry, entry_key: "b", settled: false }];
 * assert.deepEqual(openEntries(entries).map((open) => open.entry_key), ["b"]);
 * ```
 */
export function openEntries(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry) => !entry.settled);
}

/**
 * The same state for every entry.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { allEntries } from "./entries.ts";
 *
 * const entries = [{ entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false }];
 * assert.deepEqual(allEntries(entries, "unknown"), [{ entry_key: "a", state: "unknown" }]);
 * ```
 */
export function allEntries(
  entries: readonly Entry[],
  state: "exported" | "unknown" | "pending",
): EntryResult[] {
  return entries.map(({ entry_key }): EntryResult =>
    state === "exported" ? { entry_key, state } : { entry_key, state }
  );
}
