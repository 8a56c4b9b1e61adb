import assert from "node:assert/strict";
import type { EntryResult } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { REFUSED_EVERY } from "./plan.ts";

/** How a system lets its clients find out what became of an earlier send. */
export type VendorKind =
  /** A batch is taken whole, and under one key once: its repetition gets the same answer. */
  | "idempotent"
  /** Whatever is sent is booked, again and again; but it can be asked what it has. */
  | "lookup";

/** What the system answers for one entry. */
export type Answer = Extract<EntryResult["state"], "exported" | "rejected">;

/** What is sent of an entry. */
export interface Sent {
  readonly entry_key: string;
  readonly payload: unknown;
}

/** An external system in memory, with a ledger of its effects. Its answers come at once: who calls it may dawdle. */
export class Vendor {
  /** How often each entry was booked. The reason for everything else: never twice. */
  readonly effects = new Map<string, number>();
  /** What was booked of each entry. */
  readonly contents = new Map<string, unknown>();
  readonly #requests = new Map<string, readonly Sent[]>();
  readonly #answers = new Map<string, ReadonlyMap<string, Answer>>();

  constructor(readonly kind: VendorKind) {}

  /** Takes entries, or answers as before if it knows the key. */
  send(batchId: string, entries: readonly Sent[]): ReadonlyMap<string, Answer> {
    const known = this.kind === "idempotent" ? this.#answers.get(batchId) : undefined;
    if (known !== undefined) {
      // As real ones do: a key stands for one content.
      assert.deepEqual(
        entries,
        this.#requests.get(batchId),
        `batch ${batchId} is repeated with other content`,
      );
      return known;
    }
    const answer = new Map(entries.map((entry) => [entry.entry_key, this.#book(entry)]));
    this.#requests.set(batchId, entries);
    this.#answers.set(batchId, answer);
    return answer;
  }

  /** Which of the entries it has booked. */
  lookup(entryKeys: readonly string[]): ReadonlySet<string> {
    return new Set(entryKeys.filter((key) => this.effects.has(key)));
  }

  #book({ entry_key: entryKey, payload }: Sent): Answer {
    // It judges the entry, not the moment: a settled entry goes out again with its batch, and must fare the same.
    if (Number(entryKey.split("-")[1]) % REFUSED_EVERY === 0) return "rejected";
    const times = (this.effects.get(entryKey) ?? 0) + 1;
    this.effects.set(entryKey, times);
    this.contents.set(entryKey, payload);
    assert.equal(times, 1, `${this.kind}: ${entryKey} is booked again`);
    return "exported";
  }
}
