import type { Batch, EntryResult } from "../vouchers/entries.ts";
import type { Claim, Reservation } from "../database/worker_answers.ts";
import type { Ending, WorkerApi } from "../database/worker_api.ts";

/** A claim as the database hands it out, with a lease of 60 s, heartbeats of 15 s and a slice of 60 s. */
export function testClaim(changes: Partial<Claim> = {}): Claim {
  return {
    org_id: "00000000-0000-4000-8000-0000000000a1",
    integration_id: "00000000-0000-4000-8000-0000000000b1",
    integration_type: "test",
    config: {},
    credentials: null,
    // What credentials were stored for: of it the address keys alone are compared.
    address: changes.config ?? {},
    checkpoint: null,
    lease_seconds: 60,
    heartbeat_seconds: 15,
    slice_seconds: 60,
    cancel_requested: false,
    entries_total: 4,
    entries_done: 0,
    entries_failed: 0,
    ...changes,
  };
}

/** A batch whose entries have these keys; some may be settled already. */
export function testBatch(
  number: number,
  keys: readonly string[],
  resend = false,
  settled: readonly string[] = [],
): Batch {
  const entries = keys.map((entry_key) => ({
    entry_key,
    period: "2026-11",
    document_number: `DOC-${entry_key}`,
    payload: { amount: "100.10", text: "Kjørelengde" },
    settled: settled.includes(entry_key),
  }));
  return { batch_id: `00000000-0000-4000-8000-00000000000${number}`, resend, entries };
}

/** A database that hands out the given batches once each and remembers each report. */
export class FakeWorkerApi implements WorkerApi {
  readonly calls: string[] = [];
  readonly recorded: { batch_id: string; results: readonly EntryResult[] }[] = [];
  readonly endings: Ending[] = [];
  /** What each end reported of the external system's first answer. */
  readonly firstAnswers: (number | null | undefined)[] = [];
  /** Whether each end reported a 429. */
  readonly limits: (boolean | undefined)[] = [];
  cancelRequested = false;
  /** The integration is paused: nothing is handed out. */
  paused = false;
  readonly #batches: Batch[];
  readonly #claim: Claim;

  constructor(batches: readonly Batch[] = [], claim: Claim = testClaim()) {
    this.#batches = [...batches];
    this.#claim = claim;
  }

  claim(..._call: Parameters<WorkerApi["claim"]>): ReturnType<WorkerApi["claim"]> {
    this.calls.push("claim");
    return Promise.resolve(this.#claim);
  }

  heartbeat(_checkpoint: unknown, _signal?: AbortSignal): ReturnType<WorkerApi["heartbeat"]> {
    this.calls.push("heartbeat");
    return Promise.resolve({ cancel_requested: this.cancelRequested, lease_expires_at: 0 });
  }

  reserveEntries(_batchSize: number, _signal?: AbortSignal): Promise<Reservation> {
    this.calls.push("reserve");
    const cancel_requested = this.cancelRequested;
    if (this.paused) return Promise.resolve({ batch_id: null, paused: true, cancel_requested });
    const batch = this.#batches.shift();
    if (batch === undefined) return Promise.resolve({ batch_id: null, cancel_requested });
    return Promise.resolve({ ...batch, entries: [...batch.entries], cancel_requested });
  }

  recordResults(
    batch_id: string,
    results: readonly EntryResult[],
    _signal?: AbortSignal,
  ): ReturnType<WorkerApi["recordResults"]> {
    this.calls.push("record");
    this.recorded.push({ batch_id, results });
    const progress = { entries_total: 4, entries_done: 0, entries_failed: 0 };
    return Promise.resolve({ cancel_requested: this.cancelRequested, ...progress });
  }

  finish(
    ending: Ending,
    firstVendorByteMs?: number | null,
    limited?: boolean,
  ): ReturnType<WorkerApi["finish"]> {
    this.calls.push("finish");
    this.endings.push(ending);
    this.firstAnswers.push(firstVendorByteMs);
    this.limits.push(limited);
    return Promise.resolve({ status: "succeeded", next_attempt_at: null });
  }
}
