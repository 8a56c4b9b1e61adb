import type { StandingLine } from "./journal.ts";
import { documentOf, isOwnLine } from "../voucher/document.ts";
import type { PlannedLine, PlannedVoucher } from "../voucher/plan.ts";

/** How a journal differs from what is to be posted. Posting takes the whole journal, so it may not differ at all. */
export interface Difference {
  /** Lines that this integration did not write. */
  readonly foreign: readonly StandingLine[];
  /** Own lines that are not planned, or not with this content: of an earlier attempt. */
  readonly surplus: readonly StandingLine[];
  readonly missing: readonly { readonly voucher: PlannedVoucher; readonly line: PlannedLine }[];
}

/**
 * Compares the lines in the journal with the planned vouchers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareJournal } from "./difference.ts";
 *
 * const line = {
 *   lineNumber: 5001,
 *   accountNumber: "6860",
 *   amount: "10",
 *   description: "Kurs",
 *   taxCode: null,
 *   dimensions: [{ code: "AVDELING", valueCode: "SALG" }],
 *   isTaxed: false,
 * };
 * const voucher = {
 *   entry_key: "a",
 *   documentNumber: "UB-1",
 *   externalDocumentNumber: "UB-1",
 *   postingDate: "2026-11-23",
 *   lines: [line],
 * };
 * assert.equal(compareJournal("integration", [], [voucher]).missing.length, 1);
 * const standing = { ...line, ...voucher, id: "1", "@odata.etag": "W/1" };
 * const same = { foreign: [], surplus: [], missing: [] };
 * assert.deepEqual(compareJournal("integration", [standing], [voucher]), same);
 * assert.notDeepEqual(compareJournal("integration", [{ ...standing, dimensions: [] }], [voucher]), same);
 * ```
 */
export function compareJournal(
  integrationId: string,
  standing: readonly StandingLine[],
  vouchers: readonly PlannedVoucher[],
): Difference {
  const missing = new Map(
    vouchers.flatMap((voucher) => voucher.lines.map((line) => [line.lineNumber, { voucher, line }])),
  );
  const foreign: StandingLine[] = [];
  const surplus: StandingLine[] = [];
  for (const stands of standing) {
    const planned = missing.get(stands.lineNumber);
    if (planned !== undefined && isSame(stands, planned.voucher, planned.line)) {
      missing.delete(stands.lineNumber);
    } else if (isOwnLine(integrationId, stands)) surplus.push(stands);
    else foreign.push(stands);
  }
  return { foreign, surplus, missing: [...missing.values()] };
}

function isSame(stands: StandingLine, voucher: PlannedVoucher, line: PlannedLine): boolean {
  return documentOf(stands) === documentOf(voucher) && differenceOf(stands, line) === null;
}

/**
 * The first field in which a line of the journal is not the planned one, or null. What the account brings of its own, a
 * VAT group or further dimensions, makes no difference where the plan says nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { voucher } from "../testing/books.ts";
 * import { differenceOf } from "./difference.ts";
 *
 * const [line] = voucher.lines;
 * assert.ok(line);
 * const stands = { ...line, id: "1", "@odata.etag": "W/1", documentNumber: "UB-1", postingDate: "2026-11-23" };
 * assert.equal(differenceOf({ ...stands, taxCode: "HIGH" }, line), null);
 * assert.equal(differenceOf(stands, { ...line, taxCode: "HIGH" }), "taxCode");
 * ```
 */
export function differenceOf(stands: StandingLine, line: PlannedLine): string | null {
  if (stands.accountNumber !== line.accountNumber) return "accountNumber";
  if (stands.amount !== line.amount) return "amount";
  // Without a text of ours it has the account's name.
  if (line.description !== "" && stands.description !== line.description) return "description";
  if (line.taxCode !== null && stands.taxCode !== line.taxCode) return "taxCode";
  const lacking = line.dimensions.find(({ code, valueCode }) =>
    !stands.dimensions.some((dimension) => dimension.code === code && dimension.valueCode === valueCode)
  );
  return lacking === undefined ? null : `dimension ${lacking.code}`;
}
