import * as z from "../../../core/zod.ts";
import { type Decimal, negateDecimal, parseDecimal, sumDecimals } from "../../../vouchers/decimal.ts";
import type { BusinessCentralClient } from "../api/client.ts";
import { type PlannedVoucher, shortestAmount } from "../voucher/plan.ts";
import type { Place } from "../setup.ts";

// Encoded; what a server takes of a query is often 2,048 characters.
const longestFilter = 1500;
const fields = "postingDate,documentNumber,accountNumber,debitAmount,creditAmount";

const amount = z.pipe(
  z.string(),
  z.transform((text: string, context): Decimal => {
    const decimal = parseDecimal(text);
    if (decimal !== null) return decimal;
    context.issues.push({ code: "custom", message: "no decimal", input: text });
    return z.NEVER;
  }),
);
const entrySchema = z.object({
  postingDate: z.string(),
  documentNumber: z.string(),
  accountNumber: z.string(),
  debitAmount: amount,
  creditAmount: amount,
});
type LedgerEntry = z.infer<typeof entrySchema>;

/**
 * What the general ledger says of a voucher:
 *
 * - `posted`: under its number and date it holds the voucher, account by account.
 * - `other`: under its number and date it holds something else.
 * - `absent`: it shows nothing there. A number may come again on another date, as series that begin anew each year do.
 */
export type Posting = "posted" | "other" | "absent";

/**
 * Asks the general ledger for vouchers; the answer is by entry key. Throws BusinessCentralFault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks, voucher } from "../testing/books.ts";
 * import { findPostings } from "./ledger.ts";
 *
 * const { client, place, journal } = emptyBooks();
 * assert.equal((await findPostings(client, place, [voucher])).get("a"), "absent");
 * await journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * await journal.post();
 * assert.equal((await findPostings(client, place, [voucher])).get("a"), "posted");
 * assert.equal((await findPostings(client, place, [{ ...voucher, lines: [] }])).get("a"), "other");
 * ```
 */
export async function findPostings(
  client: BusinessCentralClient,
  place: Place,
  vouchers: readonly PlannedVoucher[],
): Promise<Map<string, Posting>> {
  const entries: LedgerEntry[] = [];
  for (const $filter of numberFilters(vouchers)) {
    entries.push(
      ...await client.list(
        `${place.companyPath}/generalLedgerEntries`,
        { $filter, $select: fields },
        entrySchema,
      ),
    );
  }
  return new Map(vouchers.map((voucher) => {
    const found = entries.filter((entry) =>
      entry.documentNumber === voucher.documentNumber && entry.postingDate === voucher.postingDate
    );
    return [
      voucher.entry_key,
      found.length === 0 ? "absent" : isVoucher(voucher, found) ? "posted" : "other",
    ];
  }));
}

/**
 * Document numbers under which the ledger holds exactly this voucher. Throws BusinessCentralFault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks, voucher } from "../testing/books.ts";
 * import { findTwins } from "./ledger.ts";
 *
 * const { client, place, journal } = emptyBooks();
 * const renumbered = { ...voucher, documentNumber: "G0001" };
 * await journal.insert(voucher.lines.map((line) => ({ voucher: renumbered, line })));
 * await journal.post();
 * assert.deepEqual(await findTwins(client, place, voucher), ["G0001"]);
 * ```
 */
export async function findTwins(
  client: BusinessCentralClient,
  place: Place,
  voucher: PlannedVoucher,
): Promise<string[]> {
  const $filter = `postingDate eq ${voucher.postingDate}`;
  const path = `${place.companyPath}/generalLedgerEntries`;
  const entries = await client.list(path, { $filter, $select: fields }, entrySchema);
  const byNumber = Map.groupBy(entries, ({ documentNumber }) => documentNumber);
  return [...byNumber].filter(([, found]) => isVoucher(voucher, found)).map(([number]) => number);
}

/**
 * Account by account, so that it does not matter into how many entries a line was posted. For a line with a VAT code
 * Business Central may have split VAT off, to an account that we do not know. Such a line's account must be there, and
 * the others must agree. A document balances, so what is split off stays within it.
 */
function isVoucher(voucher: PlannedVoucher, entries: readonly LedgerEntry[]): boolean {
  const taxed = new Set(voucher.lines.filter(({ isTaxed }) => isTaxed).map((line) => line.accountNumber));
  const planned = voucher.lines.map((line) => ({
    accountNumber: line.accountNumber,
    amounts: [parseDecimal(line.amount) ?? { units: 0n, scale: 0 }],
  }));
  const booked = entries.map(({ accountNumber, debitAmount, creditAmount }) => ({
    accountNumber,
    amounts: [debitAmount, negateDecimal(creditAmount)],
  }));
  if (sums(planned) === sums(booked)) return true;
  const others = new Set(planned.map(({ accountNumber }) => accountNumber)).difference(taxed);
  const ofOthers = ({ accountNumber }: { accountNumber: string }) => others.has(accountNumber);
  return taxed.size > 0 && sums(planned.filter(ofOthers)) === sums(booked.filter(ofOthers)) &&
    [...taxed].every((account) => booked.some(({ accountNumber }) => accountNumber === account));
}

function sums(postings: readonly { accountNumber: string; amounts: readonly Decimal[] }[]): string {
  const byAccount = Map.groupBy(postings, ({ accountNumber }) => accountNumber);
  const totals = [...byAccount].map(([account, of]) =>
    [account, shortestAmount(sumDecimals(of.flatMap(({ amounts }) => amounts)))] as const
  );
  // Accounts without a sum are left out: a line and its reversal say nothing of what else was booked.
  return JSON.stringify(totals.filter(([, total]) => total !== "0").sort());
}

function numberFilters(vouchers: readonly PlannedVoucher[]): string[] {
  const filters: string[] = [];
  for (const number of new Set(vouchers.map(({ documentNumber }) => documentNumber))) {
    const test = `documentNumber eq '${number.replaceAll("'", "''")}'`;
    const last = filters.at(-1);
    const longer = last === undefined ? test : `${last} or ${test}`;
    if (last === undefined || encodeURIComponent(longer).length > longestFilter) filters.push(test);
    else filters[filters.length - 1] = longer;
  }
  return filters;
}
