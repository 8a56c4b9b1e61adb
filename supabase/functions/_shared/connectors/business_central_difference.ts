import type { StandingLine } from "./business_central_journal.ts";
import { isOwnLine } from "./business_central_document.ts";
import type { PlannedLine, PlannedVoucher } from "./business_central_plan.ts";

/** How a journal differs from what is to be posted. Posting takes the whole journal, so it may not differ at all. */
export interface Difference {
  /** Lines that this integration did not write. */
  readonly foreign: readonly StandingLine[];
  /** Own lines that are not planned, or not with this content: of an earlier attempt. */
  readonly surplus: readonly StandingLine[];
  readonly missing: readonly { readonly voucher: PlannedVoucher; readonly line: PlannedLine }[];
}

/**
 * Compares the lines that stand in the journal with the planned vouchers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareJournal } from "./business_central_difference.ts";
 *
 * const line = { lineNumber: 5001, accountNumber: "6860", amount: "10", description: "Kurs" };
 * const voucher = {
 *   entry_key: "a",
 *   documentNumber: "UB-1",
 *   externalDocumentNumber: "UB-1",
 *   postingDate: "2026-11-23",
 *   lines: [line],
 * };
 * assert.equal(compareJournal("integration", [], [voucher]).missing.length, 1);
 * const standing = { ...line, ...voucher, id: "1", "@odata.etag": "W/1" };
 * assert.deepEqual(compareJournal("integration", [standing], [voucher]), { foreign: [], surplus: [], missing: [] });
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

/** What is booked must be the same; that a description was shortened does not make it another line. */
function isSame(stands: StandingLine, voucher: PlannedVoucher, line: PlannedLine): boolean {
  return stands.documentNumber === voucher.documentNumber && stands.postingDate === voucher.postingDate &&
    stands.accountNumber === line.accountNumber && stands.amount === line.amount;
}
