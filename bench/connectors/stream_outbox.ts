import type { Entry, EntryResult } from "../../supabase/functions/integration-sync/vouchers/entries.ts";
import type { Reservation } from "../../supabase/functions/integration-sync/database/worker_answers.ts";
import type { Ending, WorkerApi } from "../../supabase/functions/integration-sync/database/worker_api.ts";

/** An outbox that makes its entries as they are reserved, so that it weighs nothing however many there are. */
export class StreamOutbox {
  readonly #name: string;
  readonly #count: number;
  #next = 1;
  #batchId = "";
  /** What is open of the batch under way, or was given back. */
  #open: Entry[] = [];
  exported = 0;
  ending: Ending | null = null;
  checkpoint: unknown = null;

  constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
  }

  /** The worker's side of it; what goes wrong ends the benchmark. `onBatch` is called after each batch. */
  api(onBatch: () => void = () => {}): WorkerApi {
    const progress = { cancel_requested: false, entries_total: 0, entries_done: 0, entries_failed: 0 };
    return {
      claim: () => Promise.reject(new Error("not claimed here")),
      heartbeat: (checkpoint) => {
        if (checkpoint !== null) this.checkpoint = checkpoint;
        return Promise.resolve({ cancel_requested: false, lease_expires_at: 0 });
      },
      reserveEntries: (batchSize) => Promise.resolve(this.#reserve(batchSize)),
      recordResults: (_batch, results) => {
        this.#record(results);
        onBatch();
        return Promise.resolve(progress);
      },
      finish: (ending) => {
        this.ending = ending;
        return Promise.resolve({ status: "ended", next_attempt_at: null });
      },
    };
  }

  #reserve(batchSize: number): Reservation {
    const resend = this.#open.length > 0;
    if (!resend) {
      while (this.#open.length < batchSize && this.#next <= this.#count) {
        this.#open.push(voucher(this.#name, this.#next++));
      }
      this.#batchId = crypto.randomUUID();
    }
    if (this.#open.length === 0) return { batch_id: null, cancel_requested: false };
    return { batch_id: this.#batchId, resend, entries: [...this.#open], cancel_requested: false };
  }

  #record(results: readonly EntryResult[]): void {
    const done = new Set(
      results.filter(({ state }) => state === "exported").map((result) => result.entry_key),
    );
    const rejected = results.find(({ state }) => state === "rejected");
    if (rejected !== undefined) throw new Error(`An entry was rejected: ${JSON.stringify(rejected)}`);
    this.#open = this.#open.filter(({ entry_key }) => !done.has(entry_key));
    this.exported += done.size;
  }
}

/** An expense voucher of three lines. */
function voucher(name: string, number: number): Entry {
  const cents = 1000n + BigInt(number) * 7n;
  const text = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
  const key = `${name}-${String(number).padStart(6, "0")}`;
  return {
    entry_key: key,
    period: "2026-11",
    document_number: key,
    settled: false,
    payload: {
      voucher_type: "expense",
      posting_date: "2026-11-23",
      currency: "NOK",
      description: "Kurs og møter i Tromsø",
      lines: [
        { account: "6860", debit: text(cents), description: "Kurs", department: "Salg" },
        { account: "2711", debit: text(cents / 4n), description: "Inngående mva. 25 %" },
        { account: "2910", credit: text(cents + cents / 4n), description: "Gjeld til ansatt" },
      ],
    },
  };
}
