import type { Entry, EntryResult } from "../../../vouchers/entries.ts";
import { failure } from "../../../core/errors.ts";
import { findPostings } from "../books/ledger.ts";
import { retryLookup, secondsUntilSettled } from "./retry_lookup.ts";
import { documentOf, isOwnLine } from "../voucher/document.ts";
import { type PlannedVoucher, planVoucher } from "../voucher/plan.ts";
import { exported, numberInUse } from "../export/results.ts";
import type { ExportTools } from "../export/work.ts";
import type { LookupOutcome } from "../../connector.ts";

/**
 * Finds out what became of entries that may have been sent.
 *
 * - In the ledger: exported.
 * - Not in the ledger, but lines of it are in the journal: `absent`, to be completed and posted by the export, which
 *   knows what to do with such lines. The journal is read first: a posting between the two reads then shows in the
 *   ledger, instead of nowhere.
 * - Neither: it may be posted and not yet visible, or its request may still wait in Business Central's queue. It is
 *   looked for again while this slice lasts, and is `absent` only once no request can be under way any more.
 *
 * Throws BusinessCentralFault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "../testing/books.ts";
 * import { lookUp } from "./lookup.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs",
 *   lines: [{ account: "6860", debit: "100.10" }, { account: "2910", credit: "100.10" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "UB-1", payload, settled: false };
 * // Without a request that may still be under way, what left no trace was not taken.
 * assert.deepEqual(await lookUp(emptyBooks(), 0, [entry]), { settled: [], absent: ["a"] });
 * ```
 */
export async function lookUp(
  tools: ExportTools,
  settleSeconds: number,
  entries: readonly Entry[],
): Promise<LookupOutcome> {
  const { client, place, context } = tools;
  const vouchers: PlannedVoucher[] = [];
  const absent: string[] = [];
  for (const entry of entries) {
    const plan = planVoucher(context.integration_id, tools.rules, entry, "find");
    // No version can have sent it; the export rejects it.
    if (plan.ok) vouchers.push(plan.voucher);
    else absent.push(entry.entry_key);
  }

  const look = async () => {
    const standing = await tools.journal.read();
    const postings = await findPostings(client, place, vouchers);
    const begun = vouchers.filter((voucher) =>
      postings.get(voucher.entry_key) === "absent" &&
      standing.some((line) =>
        documentOf(line) === documentOf(voucher) && isOwnLine(context.integration_id, line)
      )
    );
    const traceless = vouchers.filter((voucher) =>
      postings.get(voucher.entry_key) === "absent" && !begun.includes(voucher)
    );
    return { postings, begun, traceless };
  };
  // Before the looks: what they do not show after that time is not coming.
  const seconds = await secondsUntilSettled(context, settleSeconds);
  tools.memory.isQuiet = seconds === 0;
  const seen = await retryLookup(context, look, ({ traceless }) => traceless.length === 0 || seconds === 0);

  // Should they be gone when the export comes to read, then they were posted in between.
  for (const voucher of seen.begun) tools.memory.begun.add(documentOf(voucher));
  const settled = vouchers.flatMap((voucher): EntryResult[] => {
    const posting = seen.postings.get(voucher.entry_key);
    if (posting === "posted") return [exported(voucher)];
    return posting === "other" ? [numberInUse(voucher)] : [];
  });
  absent.push(...seen.begun.map(({ entry_key }) => entry_key));
  if (seen.traceless.length === 0) return { settled, absent };
  if (seconds === 0) {
    return {
      settled,
      absent: [...absent, ...seen.traceless.map(({ entry_key }) => entry_key)],
    };
  }
  const message =
    "Business Central shows no trace yet of vouchers that were sent. It may still be working on them, so they are looked for again before they are sent a second time.";
  const why = failure("ambiguous", "business_central_not_visible", message, seconds, "nobody");
  return { settled, absent, failure: why };
}
