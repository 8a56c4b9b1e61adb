import assert from "node:assert/strict";
import { keepRefusedAlike } from "./refused.ts";
import type { Sent } from "./send.ts";

/** Vouchers, the first ones refused with these words, and their states afterwards. */
function judge(count: number, ...errors: readonly string[]): { states: string; failure: string | null } {
  const vouchers = Array.from({ length: count }, (_, n) => ({
    entry: { entry_key: `${n}`, period: "2026-01", document_number: null, payload: {}, settled: false },
    ids: [],
  }));
  const results = errors.map((error, n) => ({ entry_key: `${n}`, state: "rejected" as const, error }));
  const sent: Sent = { staged: [], reasons: new Map(), results, failure: null };
  keepRefusedAlike(vouchers, sent);
  return { states: sent.results.map(({ state }) => state).join(" "), failure: sent.failure?.code ?? null };
}

const same = "Line 1: no such source";

for (
  const [what, given, expected] of [
    ["keeps three that were refused alike", [3, same, same, same], "pending pending pending"],
    ["rejects two that were refused alike: both may be wrong", [2, same, same], "rejected rejected"],
    ["rejects three of five that were refused alike", [5, same, same, same], "rejected rejected rejected"],
    [
      "rejects three that were refused for their own reasons",
      [3, same, "Line 1: no account", same],
      "rejected rejected rejected",
    ],
  ] as const
) {
  Deno.test(`keepRefusedAlike ${what}`, () => {
    const [count, ...errors] = given;
    const { states, failure } = judge(count, ...errors);
    assert.equal(states, expected);
    assert.equal(failure, expected.startsWith("pending") ? "xledger_refused_all" : null);
  });
}
