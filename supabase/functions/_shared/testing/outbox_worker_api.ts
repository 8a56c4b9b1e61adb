import type { Entry, EntryResult } from "../entries.ts";
import { SyncError } from "../errors.ts";
import type { Claim, Reservation } from "../worker_answers.ts";
import type { Ending, WorkerApi } from "../worker_api.ts";
import { testClaim } from "./fake_worker_api.ts";

interface Row {
  readonly entry: Entry;
  state: "pending" | "sending" | "unknown" | "exported" | "rejected";
  batch: string | null;
  unknownSince: boolean;
  error: string | null;
}

/**
 * The outbox as the database keeps it, in memory: batches of unknown outcome come again first and whole, `unknown`
 * outlives a repetition that was refused, and an attempt that is over is refused. For tests that run many attempts.
 */
export class Outbox {
  readonly rows: Row[];
  checkpoint: unknown = null;
  #attempt = 0;
  #batches = 0;

  constructor(entries: readonly Entry[]) {
    this.rows = entries.map((entry) => ({
      entry,
      state: "pending",
      batch: null,
      unknownSince: false,
      error: null,
    }));
  }

  /** Entries that are neither exported nor rejected. */
  get open(): number {
    return this.rows.filter(({ state }) => state !== "exported" && state !== "rejected").length;
  }

  /** What the next attempt is handed. */
  claim(changes: Partial<Claim> = {}): Claim {
    return testClaim({ checkpoint: this.checkpoint, ...changes });
  }

  /** Ends whatever attempt is under way, as a lease that has run out does, and begins the next. */
  begin(): WorkerApi {
    this.#end();
    const attempt = ++this.#attempt;
    const current = <T>(work: () => T): Promise<T> =>
      attempt === this.#attempt
        ? Promise.resolve().then(work)
        : Promise.reject(new SyncError("attempt_not_current", "A newer attempt owns the run."));
    const progress = { cancel_requested: false, entries_total: this.rows.length };
    const counted = { ...progress, entries_done: 0, entries_failed: 0 };
    return {
      claim: () => current(() => this.claim()),
      heartbeat: (checkpoint) =>
        current(() => {
          if (checkpoint !== null) this.checkpoint = structuredClone(checkpoint);
          return { cancel_requested: false, lease_expires_at: 0 };
        }),
      reserveEntries: (size) => current(() => this.#reserve(size)),
      recordResults: (batch, results) => current(() => (this.#record(batch, results), counted)),
      finish: (ending) => current(() => this.#finish(ending)),
    };
  }

  /** The attempt is over: the worker that had it is refused from now on. */
  abandon(): void {
    this.#end();
    this.#attempt++;
  }

  #end(): void {
    for (const row of this.rows) {
      if (row.state === "sending") Object.assign(row, { state: "unknown", unknownSince: true });
    }
  }

  #reserve(size: number): Reservation {
    const again = this.rows.find(({ state }) => state === "sending") ??
      this.rows.find(({ state }) => state === "unknown");
    if (again !== undefined) {
      const rows = this.rows.filter(({ batch }) => batch === again.batch);
      const resend = rows.some(({ state, unknownSince }) => unknownSince || state !== "sending");
      for (const row of rows) if (row.state === "unknown") row.state = "sending";
      return this.#batch(again.batch ?? "", resend, rows);
    }
    const rows = this.rows.filter(({ state }) => state === "pending").slice(0, size);
    if (rows.length === 0) return { batch_id: null, cancel_requested: false };
    const batch = `00000000-0000-4000-8000-${String(++this.#batches).padStart(12, "0")}`;
    for (const row of rows) Object.assign(row, { state: "sending", batch });
    return this.#batch(batch, false, rows);
  }

  #batch(batch_id: string, resend: boolean, rows: readonly Row[]): Reservation {
    return {
      batch_id,
      resend,
      entries: rows.map(({ entry, state }) => ({ ...entry, settled: state !== "sending" })),
      cancel_requested: false,
    };
  }

  #record(batch: string, results: readonly EntryResult[]): void {
    for (const result of results) {
      const row = this.rows.find(({ entry }) => entry.entry_key === result.entry_key);
      if (row === undefined || row.batch !== batch || row.state !== "sending") continue;
      row.state = result.state === "pending" && row.unknownSince ? "unknown" : result.state;
      if (row.state === "unknown") row.unknownSince = true;
      if (row.state === "pending") row.batch = null;
      if (result.state === "rejected") row.error = result.error;
    }
  }

  #finish(ending: Ending): { status: string; next_attempt_at: null } {
    if ("checkpoint" in ending && ending.checkpoint !== null) this.checkpoint = ending.checkpoint;
    this.abandon();
    return { status: ending.outcome, next_attempt_at: null };
  }
}
