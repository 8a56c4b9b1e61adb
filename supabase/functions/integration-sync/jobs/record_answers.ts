/** A fetch that remembers how it was answered. */
export interface RecordedFetch {
  readonly fetch: typeof fetch;
  /** What `elapsed` said when the first answer began to arrive; null: nothing has. */
  readonly firstAnswerMs: number | null;
  /** Whether any answer was 429, too many requests: also one that a connector waits out by itself. */
  readonly limited: boolean;
}

/**
 * Records when an external system first answers anything, good or bad: in a run's timeline that separates the vendor's
 * time from our own. A fetch resolves with the first bytes of the answer, its headers. A 429 means that the vendor's
 * quota is for exports now: see docs/design/connections.md.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { recordAnswers } from "./record_answers.ts";
 *
 * const vendor = recordAnswers(() => Promise.resolve(new Response()), () => 42);
 * assert.equal(vendor.firstAnswerMs, null);
 * await vendor.fetch("https://erp.example/");
 * assert.deepEqual([vendor.firstAnswerMs, vendor.limited], [42, false]);
 * ```
 */
export function recordAnswers(inner: typeof fetch, elapsed: () => number): RecordedFetch {
  let first: number | null = null;
  let limited = false;
  return {
    fetch: async (input, init) => {
      const response = await inner(input, init);
      first ??= Math.round(elapsed());
      limited ||= response.status === 429;
      return response;
    },
    get firstAnswerMs() {
      return first;
    },
    get limited() {
      return limited;
    },
  };
}
