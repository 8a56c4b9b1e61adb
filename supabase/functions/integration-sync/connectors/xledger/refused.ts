import { failure } from "../../core/errors.ts";
import { isSameCause } from "../../core/same_cause.ts";
import type { Sent } from "./send.ts";
import type { Named } from "./voucher.ts";

// Two that are refused alike may well both be wrong.
const fewest = 3;

/**
 * The same refusal for all vouchers of a batch is about the configuration, such as a transaction source that does not
 * exist. So they stay open: otherwise thousands would be rejected one by one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { keepRefusedAlike } from "./refused.ts";
 * import type { Sent } from "./send.ts";
 *
 * const entry = { period: "2026-01", document_number: null, payload: {}, settled: false };
 * const vouchers = ["a", "b", "c"].map((entry_key) => ({ entry: { ...entry, entry_key }, ids: [] }));
 * const results = vouchers.map(({ entry: { entry_key } }, line) => {
 *   return { entry_key, state: "rejected" as const, error: `Line ${line}: no such source` };
 * });
 * const sent: Sent = { staged: [], reasons: new Map(), results, failure: null };
 * keepRefusedAlike(vouchers, sent);
 * assert.deepEqual([sent.results[0]?.state, sent.failure?.class], ["pending", "permanent"]);
 * ```
 */
export function keepRefusedAlike(vouchers: readonly Named[], sent: Sent): void {
  const keys = new Set(vouchers.map(({ entry }) => entry.entry_key));
  const refused = sent.results.flatMap((result) =>
    result.state === "rejected" && keys.has(result.entry_key) ? [result.error] : []
  );
  if (refused.length < Math.max(fewest, keys.size) || !isSameCause(refused)) return;
  for (const [index, { entry_key }] of sent.results.entries()) {
    if (keys.has(entry_key)) sent.results[index] = { entry_key, state: "pending" };
  }
  const message = `${
    refused[0]
  } So it said of all ${keys.size} vouchers; they stay open until that is set right, or they are taken out with withdraw_sync_entries.`;
  sent.failure = failure("permanent", "xledger_refused_all", message);
}
