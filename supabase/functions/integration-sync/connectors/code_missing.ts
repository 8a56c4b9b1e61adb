import type { Entry } from "../vouchers/entries.ts";
import { type Failure, failure } from "../core/errors.ts";
import { storableText } from "../core/storable_text.ts";

/**
 * A voucher that was sent once and left no trace, and whose code has left the configuration since. It may neither be
 * rejected nor go out without the code, so it waits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { codeMissing } from "./code_missing.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: "UB-1", payload: {}, settled: false };
 * assert.equal(codeMissing("xledger_code_missing", entry, "Line 1: project has no code there.").class, "permanent");
 * ```
 */
export function codeMissing(code: string, entry: Entry, error: string): Failure {
  const name = storableText(entry.document_number ?? entry.entry_key, 50);
  const message =
    `Voucher ${name} was sent before and has to be sent again as it was, but the configuration has changed. Add its code there again. ${error}`;
  return failure("permanent", code, message);
}
