import { isSameCause } from "../../../core/same_cause.ts";
import { type BusinessCentralFault, setUpWrongly } from "../fault.ts";
import { timeOver } from "../lookup/retry_lookup.ts";
import type { PlannedVoucher } from "../voucher/plan.ts";
import { isOpen, type Work } from "./work.ts";

// Refusals in the same words that are taken for the whole batch's when there is no time to try the others: both ends'.
const fewest = 2;

/**
 * Rejects what was refused by itself, unless the fault is not the vouchers'. When the time was over before all were
 * tried, a few must be enough: else a closed period would be tried from the beginning for ever. `isWhole`: nothing of
 * the batch was settled before.
 *
 * Throws BusinessCentralFault when it is the journal, the app or the period.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { judgeRefused } from "./judge_refusal.ts";
 *
 * const other = { ...voucher, entry_key: "b" };
 * const work = beginWork(emptyBooks(), [voucher, other]);
 * work.refused.set("a", "Posting Date is not within your range.");
 * judgeRefused(work, [voucher], true);
 * assert.equal(work.results.get("a")?.state, "rejected");
 * work.results.clear();
 * work.refused.set("b", "Posting Date is not within your range.");
 * assert.throws(() => judgeRefused(work, [voucher, other], true), { name: "BusinessCentralFault" });
 * ```
 */
export function judgeRefused(work: Work, open: readonly PlannedVoucher[], isWhole: boolean): void {
  const { refused, results } = work;
  // Of what is left of a batch it says nothing: they may all have the fault for which they are left.
  const isAlike = isWhole && open.length > 1 && isSameCause(refused.values()) &&
    !open.some(({ entry_key }) => results.get(entry_key)?.state === "exported");
  const isTimeOver = work.failure?.code === timeOver;
  if (isAlike && (refused.size === open.length || (isTimeOver && refused.size >= fewest))) {
    throw refusedAll(refused.size, open.length, [...refused.values()][0] ?? "");
  }
  if (isAlike && work.failure !== null) return;
  for (const voucher of open) {
    const { entry_key } = voucher;
    const error = refused.get(entry_key);
    // Its lines in the journal have to go first: another user might post them.
    if (error !== undefined && !results.has(entry_key) && !isOpen(work, voucher)) {
      results.set(entry_key, { entry_key, state: "rejected", error, nothing_left: true });
    }
  }
}

/** One refusal for all of several vouchers is about the journal, the app or the period, not about the vouchers. */
function refusedAll(tried: number, all: number, words: string): BusinessCentralFault {
  const of = tried === all ? `all ${all} vouchers` : `each of ${tried} of ${all} vouchers`;
  return setUpWrongly(
    "business_central_refused_all",
    `${words} So it said of ${of}; they stay open until that is set right, or they are taken out with withdraw_sync_entries.`,
  );
}
