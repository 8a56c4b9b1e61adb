import type { Entry, EntryResult } from "../vouchers/entries.ts";
import { SyncError } from "../core/errors.ts";
import type { Claim, Reservation } from "../database/worker_answers.ts";
import type { Ending, WorkerApi } from "../database/worker_api.ts";
import { testClaim } from "./fake_worker_api.ts";

interface Row {
  readonly entry: Entry;
  state: EntryResult["state"] | "sending";
  batch: string | null;
  unknownSince: boolean;
  error: string | null;
  /** By the run under way. */
  refusedAlone: boolean;
  setAside: boolean;
  /** Its outcome was open when the run began. */
  leftOver: boolean;
}

/**
 * The outbox as the database keeps it, in memory. Batches of unknown outcome come again first and whole. `unknown`
 * outlives a repetition that was refused. An attempt that is over is refused. What was refused alone is passed over,
 * and rejected once something is taken. For tests that run many attempts.
 */
export class Outbox {
  readonly rows: Row[];
  checkpoint: unknown = null;
  #attempt = 0;
  #batches = 0;
  #done = 0;

  constructor(entries: readonly Entry[]) {
    this.rows = entries.map((entry) => ({
      entry,
      state: "pending",
      batch: null,
      unknownSince: false,
      error: null,
      refusedAlone: false,
      setAside: false,
      leftOver: false,
    }));
  }

  /** Entries that are neither exported nor rejected. */
  get open(): number {
    return this.rows.filter(({ state }) => state !== "exported" && state !== "rejected").length;
  }

  /** What the next attempt is handed. */
  claim(changes: Partial<Claim> = {}): Claim {
    const entries = { entries_total: this.open + this.#done, entries_done: this.#done, entries_failed: 0 };
    return testClaim({ checkpoint: this.checkpoint, ...entries, ...changes });
  }

  /** A new run begins: it tries anew what the last one has passed over or set aside. */
  nextRun(): void {
    this.abandon();
    this.#done = 0;
    this.checkpoint = null;
    for (const row of this.rows) {
      row.refusedAlone = row.setAside = false;
      row.leftOver = row.state === "unknown";
    }
  }

  /** Keys of the entries in a state. */
  keys(state: Row["state"]): string[] {
    return this.rows.filter((row) => row.state === state).map(({ entry }) => entry.entry_key);
  }

  /** Ends whatever attempt is under way, as a lease that has run out does, and begins the next. */
  begin(): WorkerApi {
    this.#end();
    const attempt = ++this.#attempt;
    const current = <T>(work: () => T): Promise<T> =>
      attempt === this.#attempt
        ? Promise.resolve().then(work)
        : Promise.reject(new SyncError("attempt_not_current", "A newer attempt owns the run."));
    const counted = () => ({
      cancel_requested: false,
      entries_total: this.open + this.#done,
      entries_done: this.#done,
      entries_failed: 0,
    });
    return {
      claim: () => current(() => this.claim()),
      heartbeat: (checkpoint) =>
        current(() => {
          if (checkpoint !== null) this.checkpoint = structuredClone(checkpoint);
          return { cancel_requested: false, lease_expires_at: 0 };
        }),
      reserveEntries: (size, _signal, only) => current(() => this.#reserve(size, only)),
      recordResults: (batch, results, _signal, setsAside) =>
        current(() => (this.#record(batch, results, setsAside ?? false), counted())),
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

  #reserve(size: number, only?: readonly string[]): Reservation {
    const again = this.rows.find(({ state }) => state === "sending") ??
      this.rows.find(({ state, setAside }) => state === "unknown" && !setAside);
    if (again !== undefined) {
      const rows = this.rows.filter(({ batch }) => batch === again.batch);
      const resend = rows.some(({ state, unknownSince }) => unknownSince || state !== "sending");
      for (const row of rows) if (row.state === "unknown") row.state = "sending";
      return this.#batch(again.batch ?? "", resend, rows);
    }
    const rows = this.rows.filter(({ state, refusedAlone, entry }) =>
      state === "pending" && !refusedAlone && only?.includes(entry.entry_key) !== false
    ).slice(0, size);
    if (rows.length === 0) {
      const refusal = only === undefined ? this.#judgeRefused() : null;
      return { batch_id: null, refusal, cancel_requested: false };
    }
    const batch = `00000000-0000-4000-8000-${String(++this.#batches).padStart(12, "0")}`;
    for (const row of rows) Object.assign(row, { state: "sending", batch });
    return this.#batch(batch, false, rows);
  }

  #batch(batch_id: string, resend: boolean, rows: readonly Row[]): Reservation {
    return {
      batch_id,
      resend,
      left_over: rows.some(({ leftOver }) => leftOver),
      entries: rows.map(({ entry, state }) => ({ ...entry, settled: state !== "sending" })),
      cancel_requested: false,
    };
  }

  #judgeRefused(): string | null {
    const refused = this.rows.filter(({ refusedAlone }) => refusedAlone);
    if (refused.length === 0) return null;
    const isOnlyOne = refused.length === 1 && this.keys("unknown").length === 0;
    if (this.#done === 0 && !isOnlyOne) return refused[0]?.error ?? "";
    this.#rejectRefused();
    return null;
  }

  #rejectRefused(): void {
    for (const row of this.rows) {
      if (row.refusedAlone) Object.assign(row, { state: "rejected", refusedAlone: false });
    }
  }

  #record(batch: string, results: readonly EntryResult[], setsAside: boolean): void {
    const done = this.keys("exported").length;
    for (const result of results) {
      const row = this.rows.find(({ entry }) => entry.entry_key === result.entry_key);
      if (row === undefined || row.batch !== batch || row.state !== "sending") continue;
      row.state = result.state === "pending" && row.unknownSince ? "unknown" : result.state;
      if (row.state === "unknown") row.unknownSince = true;
      if (row.state === "pending") row.batch = null;
      row.error = "error" in result ? result.error : null;
      row.refusedAlone = row.state === "pending" && "refused_alone" in result;
    }
    const taken = this.keys("exported").length - done;
    this.#done += taken;
    if (taken > 0) this.#rejectRefused();
    for (const row of this.rows) {
      if (setsAside && row.batch === batch && row.state === "unknown") row.setAside = true;
    }
  }

  #finish(ending: Ending): { status: string; next_attempt_at: null } {
    if ("checkpoint" in ending && ending.checkpoint !== null) this.checkpoint = ending.checkpoint;
    this.abandon();
    return { status: ending.outcome, next_attempt_at: null };
  }
}
