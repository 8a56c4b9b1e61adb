import assert from "node:assert/strict";
import { codeMissing } from "./code_missing.ts";

for (const [document_number, name] of [["UB-1", "UB-1"], [null, "key-7"]] as const) {
  Deno.test(`codeMissing names ${name} when the document's number is ${document_number}`, () => {
    const entry = { entry_key: "key-7", period: "2026-01", document_number, payload: {}, settled: false };
    const { class: errorClass, code, message } = codeMissing("test_code_missing", entry, "Line 1.");
    assert.deepEqual([errorClass, code], ["permanent", "test_code_missing"]);
    assert.ok(message.startsWith(`Voucher ${name} was sent before`), message);
    assert.match(message, /Add its code there again\. Line 1\.$/);
  });
}
