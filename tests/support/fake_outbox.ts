import type { Entry, EntryResult } from "../../supabase/functions/integration-sync/vouchers/entries.ts";
import { SyncError } from "../../supabase/functions/integration-sync/core/errors.ts";
import { testClaim } from "../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import type {
  Claim,
  Reservation,
} from "../../supabase/functions/integration-sync/database/worker_answers.ts";
import type { Ending, WorkerApi } from "../../supabase/functions/integration-sync/database/worker_api.ts";

/** The states that a worker meets. */
type State = EntryResult["state"] | "sending";

interface Row {
  readonly entry: Entry;
  state: State;
  batch_id: string | null;
  wasUnknown: boolean;
  result: EntryResult | null;
}

// Far beyond what a test's clock reaches: leases and heartbeats have tests of their own.
const never = 1e9;

/**
 * The outbox in memory, with the rules of `reserve_entries`, `record_results` and `mark_attempt_ended`: enough to run slices
 * one after the other. What happens at once, and what Postgres guarantees, is tested with Postgres.
 */
export class FakeOutbox {
  readonly rows: readonly Row[];
  checkpoint: unknown = null;
  #batches = 0;

  constructor(entries: readonly Entry[], readonly claim: Partial<Claim>) {
    this.rows = entries.map((entry) => ({
      entry,
      state: "pending",
      batch_id: null,
      wasUnknown: false,
      result: null,
    }));
  }

  /** Keys in that state. */
  keys(...states: readonly State[]): string[] {
    return this.rows.filter((row) => states.includes(row.state)).map((row) => row.entry.entry_key);
  }

  get isOpen(): boolean {
    return this.keys("pending", "sending", "unknown").length > 0;
  }

  /** What the next attempt claims. */
  nextClaim(): Claim {
    return testClaim({
      lease_seconds: never,
      heartbeat_seconds: never,
      checkpoint: this.checkpoint,
      ...this.claim,
    });
  }

  /** The worker API of one attempt; with `isLost`, it dies when it wants to report its first results. */
  attempt(isLost = false): { readonly api: WorkerApi; readonly end: () => Ending | null } {
    let ending: Ending | null = null;
    const progress = { cancel_requested: false, entries_total: 0, entries_done: 0, entries_failed: 0 };
    const api: WorkerApi = {
      claim: () => Promise.resolve(this.nextClaim()),
      heartbeat: (checkpoint) => {
        if (checkpoint !== null) this.checkpoint = structuredClone(checkpoint);
        return Promise.resolve({ cancel_requested: false, lease_expires_at: 0 });
      },
      reserveEntries: (batchSize) => Promise.resolve(this.#reserve(batchSize)),
      recordResults: (batchId, results) => {
        if (isLost) return Promise.reject(new SyncError("attempt_not_current", "The worker is gone."));
        this.#record(batchId, results);
        return Promise.resolve(progress);
      },
      finish: (end) => {
        ending = end;
        return Promise.resolve({ status: "succeeded", next_attempt_at: null });
      },
    };
    const end = () => {
      for (const row of this.rows) {
        if (row.state === "sending") Object.assign(row, { state: "unknown", wasUnknown: true });
      }
      return ending;
    };
    return { api, end };
  }

  #reserve(batchSize: number): Reservation {
    const open = this.rows.find((row) => row.state === "sending") ??
      this.rows.find((row) => row.state === "unknown");
    const batch_id = open?.batch_id ??
      `00000000-0000-4000-8000-${String(++this.#batches).padStart(12, "0")}`;
    if (open === undefined) {
      const fresh = this.rows.filter((row) => row.state === "pending").slice(0, batchSize);
      for (const row of fresh) Object.assign(row, { state: "sending", batch_id });
    }
    const rows = this.rows.filter((row) => row.batch_id === batch_id);
    if (rows.length === 0) return { batch_id: null, cancel_requested: false };
    const resend = rows.some((row) => row.wasUnknown || row.state !== "sending");
    for (const row of rows) if (row.state === "unknown") row.state = "sending";
    const entries = rows.map(({ entry, state }) => ({ ...entry, settled: state !== "sending" }));
    return { batch_id, resend, cancel_requested: false, entries };
  }

  #record(batchId: string, results: readonly EntryResult[]): void {
    const open = this.rows.filter((row) =>
      row.batch_id === batchId && ["sending", "unknown"].includes(row.state)
    );
    const reported = open.map((row) => {
      const result = row.state === "sending"
        ? results.find(({ entry_key }) => entry_key === row.entry.entry_key)
        : undefined;
      return { row, result, was: row.state, state: result?.state ?? row.state };
    });
    // Nothing leaves a batch while anything of it is open.
    const staysOpen = reported.some(({ row, state }) =>
      state === "sending" || state === "unknown" || (state === "pending" && row.wasUnknown)
    );
    for (const { row, result, was, state } of reported) {
      if (was !== "sending") continue;
      row.state = state === "pending" && staysOpen ? "unknown" : state;
      row.result = result ?? null;
      if (row.state === "unknown" || row.state === "sending") row.wasUnknown = true;
      if (row.state === "pending") Object.assign(row, { batch_id: null, wasUnknown: false });
    }
  }
}
