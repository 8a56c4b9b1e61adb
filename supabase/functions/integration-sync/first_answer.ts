/** A fetch that remembers when it was first answered. */
export interface NotedFetch {
  readonly fetch: typeof fetch;
  /** What `elapsed` said when the first answer began to arrive; null: nothing has. */
  readonly firstAnswerMs: number | null;
}

/**
 * Notes when an external system first answers anything, good or bad: in a run's timeline that tells the vendor's time
 * from our own. A fetch resolves with the first bytes of the answer, its headers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { noteFirstAnswer } from "./first_answer.ts";
 *
 * const vendor = noteFirstAnswer(() => Promise.resolve(new Response()), () => 42);
 * assert.equal(vendor.firstAnswerMs, null);
 * await vendor.fetch("https://erp.example/");
 * assert.equal(vendor.firstAnswerMs, 42);
 * ```
 */
export function noteFirstAnswer(inner: typeof fetch, elapsed: () => number): NotedFetch {
  let first: number | null = null;
  return {
    fetch: async (input, init) => {
      const response = await inner(input, init);
      first ??= Math.round(elapsed());
      return response;
    },
    get firstAnswerMs() {
      return first;
    },
  };
}
