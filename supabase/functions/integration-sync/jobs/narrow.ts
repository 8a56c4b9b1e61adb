/**
 * Finds the entries for which a receiver refuses whole batches.
 *
 * @module
 */
import * as z from "../core/zod.ts";

/** What the slice reserves next: the first `size` entries that wait, or this one alone. */
export interface Portion {
  readonly size: number;
  readonly only: string | null;
}

/**
 * What the search does after a refusal of entries.
 *
 * - `narrowed`: smaller parts are tried.
 * - `alone`: the entry was refused by itself. It is passed over for the rest of the run.
 * - `everything`: too many refusals without one entry taken. The run ends.
 */
export type SearchStep = "narrowed" | "alone" | "everything";

/** What a run remembers of its narrowing from slice to slice. Losing it costs requests, nothing else. */
const memorySchema = z.object({
  /** Most entries a batch, for the rest of the run. */
  cap: z.int(),
  /** The cap before the receiver called batches too large, until one entry alone explains that. */
  cap_before: z.nullable(z.int()),
  /** The first so many entries that wait hold one that is refused. 0: nothing is known of them. */
  suspects: z.int(),
  /** The largest batch that was taken since the suspects are known. */
  largest_taken: z.int(),
  /** Requests that were refused since the last one that was taken, but for the first of them. */
  refusals: z.int(),
  /** Entries that were refused alone since then. */
  alone: z.int(),
  /** Refusals after which a run that has got nothing through ends. */
  most: z.int(),
});
type Memory = z.infer<typeof memorySchema>;

/** The search, as a slice asks it. */
export interface Narrowing {
  next(): Portion;
  /** Entries were answered, or left the outbox: `count` of those that were asked for. */
  settled(count: number, isTaken: boolean): void;
  /** A first send of these entries was refused as a whole; `waiting` is how many entries the run has left. */
  refused(keys: readonly string[], isTooLarge: boolean, waiting: number): SearchStep;
  /** For the next slice; null when there is nothing to remember. */
  memory(): unknown;
}

// What was taken before says little of a receiver that has refused so many single entries since.
const mostAlone = 50;
// Without a batch to compare with, as many single entries are tried as for one of this size.
const usualBatch = 100;

/**
 * Begins, or goes on with, the narrowing of a run.
 *
 * Which entry is at fault is found by halves, from the first entry on, so that the order of delivery is kept. The half
 * that was not tried goes back to the others: with one bad entry it needs no request of its own. So a bad entry costs
 * about log2(n) + 1 requests, and at most 2 log2(n).
 *
 * While nothing was taken in this run, or nothing since an entry was refused alone, the receiver may refuse everything.
 * Then single entries are tried, spread over the batch: the first, the last, the ones in between.
 *
 * A batch that is refused although each of its parts is taken was too large. So is one that the receiver calls so.
 *
 * @param batchSize Most entries a batch, as the connector has it.
 * @param hasTaken Whether the receiver has taken something in this run.
 * @param remembered What an earlier slice of the run left in {@linkcode Narrowing.memory}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createNarrowing } from "./narrow.ts";
 *
 * const narrowing = createNarrowing(4, true);
 * assert.equal(narrowing.refused(["a", "b", "c", "d"], false, 4), "narrowed");
 * assert.deepEqual(narrowing.next(), { size: 2, only: null });
 * assert.equal(narrowing.refused(["a", "b"], false, 4), "narrowed");
 * assert.deepEqual(narrowing.next(), { size: 1, only: null });
 * assert.equal(narrowing.refused(["a"], false, 4), "alone");
 * assert.deepEqual(narrowing.next(), { size: 4, only: null });
 * ```
 */
export function createNarrowing(batchSize: number, hasTaken: boolean, remembered: unknown = null): Narrowing {
  const fresh: Memory = {
    cap: batchSize,
    cap_before: null,
    suspects: 0,
    largest_taken: 0,
    refusals: 0,
    alone: 0,
    most: 0,
  };
  const memory: Memory = { ...fresh, ...memorySchema.safeParse(remembered).data };
  memory.cap = Math.min(memory.cap, batchSize);
  /** Entries to be tried alone, the next one first. */
  let spread: string[] = [];

  function settled(count: number, isTaken: boolean): void {
    if (spread.length > 0) spread = isTaken ? [] : spread.slice(1);
    if (isTaken) {
      hasTaken = true;
      memory.refusals = memory.alone = memory.most = 0;
    }
    if (memory.suspects === 0) return;
    if (isTaken) memory.largest_taken = Math.max(memory.largest_taken, count);
    memory.suspects = Math.max(0, memory.suspects - count);
    if (memory.suspects > 0) return;
    // Every part was taken: it was the number of them.
    if (memory.largest_taken > 0) memory.cap = memory.largest_taken;
    memory.largest_taken = 0;
  }

  function refused(keys: readonly string[], isTooLarge: boolean, waiting: number): SearchStep {
    const isFirst = memory.most === 0;
    if (isFirst) {
      const size = keys.length > 1 ? keys.length : Math.min(waiting, usualBatch);
      memory.most = Math.max(1, Math.floor(2 * Math.log2(size)));
    }
    if (!isFirst || keys.length === 1) memory.refusals++;
    const step = keys.length === 1 ? refusedAlone(isTooLarge) : refusedTogether(keys, isTooLarge);
    const isOver = hasTaken ? memory.alone >= mostAlone : memory.refusals >= memory.most && waiting > 1;
    return isOver ? "everything" : step;
  }

  function refusedAlone(isTooLarge: boolean): SearchStep {
    memory.alone++;
    memory.suspects = memory.largest_taken = 0;
    spread.shift();
    if (isTooLarge && memory.cap_before !== null) {
      memory.cap = memory.cap_before;
      memory.cap_before = null;
    }
    return "alone";
  }

  function refusedTogether(keys: readonly string[], isTooLarge: boolean): SearchStep {
    if (isTooLarge) {
      memory.cap_before ??= memory.cap;
      memory.cap = Math.floor(keys.length / 2);
      memory.suspects = memory.largest_taken = 0;
    } else {
      memory.suspects = keys.length;
    }
    const isInDoubt = memory.alone > 0 || (!hasTaken && !isTooLarge);
    if (isInDoubt) spread = spreadOver(keys);
    return "narrowed";
  }

  return {
    next() {
      const only = spread[0] ?? null;
      if (only !== null) return { size: 1, only };
      const { suspects, cap } = memory;
      return { size: suspects === 0 ? cap : Math.min(cap, Math.max(1, Math.floor(suspects / 2))), only };
    },
    settled,
    refused,
    memory: () =>
      Object.entries(fresh).every(([key, value]) => Reflect.get(memory, key) === value)
        ? null
        : { ...memory },
  };
}

/**
 * All of them, in an order that is spread over the list: the first, the last, the middle, the middles of the halves.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { spreadOver } from "./narrow.ts";
 *
 * assert.deepEqual(spreadOver(["a", "b", "c", "d", "e"]), ["a", "e", "c", "b", "d"]);
 * ```
 */
export function spreadOver<T>(list: readonly T[]): T[] {
  const order = new Set([0, list.length - 1]);
  let gaps: (readonly [number, number])[] = [[0, list.length - 1]];
  while (gaps.length > 0) {
    gaps = gaps.flatMap(([from, to]) => {
      if (to - from < 2) return [];
      const middle = Math.floor((from + to) / 2);
      order.add(middle);
      return [[from, middle], [middle, to]] as const;
    });
  }
  return [...order].flatMap((index) => list.slice(index, index + 1));
}
