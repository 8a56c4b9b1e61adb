/** The fields of a voucher and of its lines that a connector exports. */
export interface ExportedFields {
  readonly voucher: readonly string[];
  readonly line: readonly string[];
}

/**
 * What each connector exports, by integration type: the one list that the database's door and the connectors read.
 * Any other field of a voucher or a line is refused by name, unless the integration lists it in `ignored_fields`.
 * Plain JSON: the composer writes it into SQL.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exportedFields } from "./exported_fields.ts";
 *
 * assert.ok(exportedFields.xledger.line.includes("account"));
 * assert.deepEqual(JSON.parse(JSON.stringify(exportedFields)), exportedFields);
 * ```
 */
export const exportedFields = {
  xledger: {
    voucher: ["voucher_type", "posting_date", "currency", "description", "lines"],
    line: ["account", "debit", "credit", "description", "vat_code", "department", "project", "dimensions"],
  },
  dynamics: {
    voucher: ["posting_date", "currency", "description", "lines"],
    line: ["account", "debit", "credit", "description", "vat_code", "department", "project", "dimensions"],
  },
} as const satisfies Record<string, ExportedFields>;
