import type { EntryResult } from "../../../vouchers/entries.ts";
import type { PlannedVoucher } from "../voucher/plan.ts";

/**
 * Where the exported entry is found again: under its document number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exported } from "./results.ts";
 *
 * const document = { documentNumber: "UB-1", externalDocumentNumber: "ub-1", postingDate: "2026-11-23" };
 * const result = exported({ entry_key: "a", ...document, lines: [] });
 * assert.deepEqual(result, { entry_key: "a", state: "exported", external_id: "UB-1" });
 * ```
 */
export function exported({ entry_key, documentNumber }: PlannedVoucher): EntryResult {
  return { entry_key, state: "exported", external_id: documentNumber };
}

/**
 * The ledger holds something else under the number: posting ours too would give two vouchers one number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { numberInUse } from "./results.ts";
 *
 * const document = { documentNumber: "UB-1", externalDocumentNumber: "ub-1", postingDate: "2026-11-23" };
 * assert.equal(numberInUse({ entry_key: "a", ...document, lines: [] }).state, "rejected");
 * ```
 */
export function numberInUse({ entry_key, documentNumber, postingDate }: PlannedVoucher): EntryResult {
  const error =
    `Business Central already has a posting ${documentNumber} on ${postingDate} with other accounts or amounts. Check there which one is right.`;
  return { entry_key, state: "rejected", error };
}
