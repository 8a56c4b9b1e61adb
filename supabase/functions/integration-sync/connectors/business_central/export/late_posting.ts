/**
 * Vouchers that are not, or no longer, where we have put them.
 *
 * @module
 */
import { failure } from "../../../core/errors.ts";
import { findPostings, findTwins } from "../books/ledger.ts";
import { retryLookup } from "../lookup/retry_lookup.ts";
import type { PlannedVoucher } from "../voucher/plan.ts";
import { exported } from "./results.ts";
import { renumbers } from "../setup.ts";
import type { Work } from "./work.ts";

/**
 * Vouchers that were sent and are not there. A batch with a refusal may have been taken back as a whole; but a late
 * posting may have taken what it held, too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { settlePosted } from "./late_posting.ts";
 *
 * const work = beginWork(emptyBooks(), [voucher]);
 * work.tried.add(voucher);
 * await work.tools.journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * await work.tools.journal.post();
 * await settlePosted(work, [{ voucher }]);
 * assert.equal(work.results.get("a")?.state, "exported");
 * ```
 */
export async function settlePosted(
  work: Work,
  missing: readonly { readonly voucher: PlannedVoucher }[],
): Promise<void> {
  const { client, place } = work.tools;
  const again = [...new Set(missing.map(({ voucher }) => voucher))].filter((one) => work.tried.has(one));
  if (again.length === 0) return;
  for (const [entry_key, posting] of await findPostings(client, place, again)) {
    const voucher = again.find((one) => one.entry_key === entry_key);
    if (posting !== "absent" && voucher !== undefined) work.results.set(entry_key, exported(voucher));
  }
}

/**
 * Vouchers whose lines have left the journal without our doing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { settleLatePostings } from "./late_posting.ts";
 *
 * const work = beginWork(emptyBooks(), [voucher]);
 * await work.tools.journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * await work.tools.journal.post();
 * await settleLatePostings(work, [voucher]);
 * assert.equal(work.results.get("a")?.state, "exported");
 * ```
 */
export async function settleLatePostings(work: Work, vouchers: readonly PlannedVoucher[]): Promise<void> {
  if (vouchers.length === 0) return;
  const { client, place, context } = work.tools;
  const postings = await retryLookup(
    context,
    () => findPostings(client, place, vouchers),
    (seen) => [...seen.values()].every((posting) => posting !== "absent"),
  );
  for (const voucher of vouchers) {
    const { entry_key } = voucher;
    // Also when the amounts differ: before our lines were there, the ledger had nothing under this number.
    const isPosted = postings.get(entry_key) !== "absent";
    work.results.set(entry_key, isPosted ? exported(voucher) : { entry_key, state: "unknown" });
    if (isPosted) continue;
    const message =
      "Lines of ours have left the journal, but the ledger does not show them yet; they are looked for again before they are sent a second time.";
    work.failure = failure("ambiguous", "business_central_not_visible", message, null, "nobody");
  }
}

/**
 * Looks whether a voucher has kept its number: the API does not show a journal's posting number series.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { checkNumbering } from "./late_posting.ts";
 *
 * const work = beginWork(emptyBooks(), [voucher]);
 * await work.tools.journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * await work.tools.journal.post();
 * await checkNumbering(work, voucher);
 * assert.equal(work.tools.memory.isNumberingChecked, true);
 * ```
 */
export async function checkNumbering(work: Work, voucher: PlannedVoucher): Promise<void> {
  const { client, place, context, memory } = work.tools;
  const posting = await retryLookup(
    context,
    async () => (await findPostings(client, place, [voucher])).get(voucher.entry_key),
    (seen) => seen !== "absent",
  );
  memory.isNumberingChecked = posting !== "absent";
  // Not there under its number, but there under another one.
  if (posting === "absent" && (await findTwins(client, place, voucher)).length > 0) {
    throw renumbers(place.journalCode);
  }
}
