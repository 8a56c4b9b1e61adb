import assert from "node:assert/strict";
import { parseFilter } from "./odata_filter.ts";

const entity = { documentNumber: "UB-1", postingDate: "2026-01-12", name: "O'Hara (2)" };

for (
  const [filter, expected] of [
    ["documentNumber eq 'UB-1'", true],
    ["documentNumber eq 'ub-1'", false],
    ["documentNumber ne 'UB-1'", false],
    ["documentNumber eq 'UB-2' or documentNumber eq 'UB-1'", true],
    ["postingDate eq 2026-01-12 and documentNumber eq 'UB-1'", true],
    ["documentNumber eq 'UB-1' or documentNumber eq 'x' and postingDate eq 2026-01-01", true],
    ["(documentNumber eq 'UB-1' or documentNumber eq 'x') and postingDate eq 2026-01-01", false],
    ["name eq 'O''Hara (2)'", true],
    ["name eq 'a or b'", false],
  ] as const
) {
  Deno.test(`parseFilter says ${expected} when the filter is ${filter}`, () => {
    assert.equal(parseFilter(filter)(entity), expected);
  });
}

for (
  const filter of [
    "",
    "documentNumber",
    "documentNumber eq",
    "documentNumber gt 'a'",
    "documentNumber eq 'a' documentNumber eq 'b'",
    "(documentNumber eq 'a'",
    "documentNumber eq 'a",
    "startswith(documentNumber, 'a')",
    "unknown eq 'a'",
  ]
) {
  Deno.test(`parseFilter refuses when the filter is ${JSON.stringify(filter)}`, () => {
    assert.throws(() => parseFilter(filter)(entity), { status: 400 });
  });
}
