import assert from "node:assert/strict";
import fc from "fast-check";
import { isOwnLine } from "./document.ts";
import type { Entry } from "../../../vouchers/entries.ts";
import { type PlannedVoucher, type PlanRules, planVoucher } from "./plan.ts";
import { unsoundVouchers } from "./rules.ts";
import type { Purpose } from "../../../vouchers/read_voucher.ts";

const amounts = [["6860", "debit", "100.00"], ["2711", "debit", "25.00"], ["2910", "credit", "125.00"]];

const plain: PlanRules = {
  currency: "NOK",
  period_rule: "posting_date",
  fiscal_year_ends: 12,
  ignored_fields: { voucher: [], line: [] },
  dimensions: {},
};

function entryOf(
  changes: Record<string, unknown> = {},
  document_number: string | null = "UB-2026-00001",
): Entry {
  const payload = {
    posting_date: "2026-11-23",
    currency: "NOK",
    description: "Kurs i Tromsø",
    lines: amounts.map(([account, side = "", amount]) => ({ account, [side]: amount })),
    ...changes,
  };
  return { entry_key: "a", period: "2026-11", document_number, payload, settled: false };
}

function plan(
  changes: Record<string, unknown> = {},
  document_number: string | null = "UB-2026-00001",
  rules: Partial<PlanRules> = {},
  purpose: Purpose = "again",
) {
  return planVoucher("b1", { ...plain, ...rules }, entryOf(changes, document_number), purpose);
}

function planned(changes: Record<string, unknown> = {}, number = "UB-2026-00001"): PlannedVoucher {
  const made = plan(changes, number);
  return made.ok ? made.voucher : assert.fail(made.error);
}

Deno.test("planVoucher brings the number to the form in which it is stored, and keeps the original as well", () => {
  const { documentNumber, externalDocumentNumber } = planned({}, " æø-1 ");
  assert.deepEqual([documentNumber, externalDocumentNumber], ["ÆØ-1", "æø-1"]);
});

Deno.test("planVoucher gives the same line numbers whenever it plans the same voucher", () => {
  assert.deepEqual(planned(), planned());
  assert.notEqual(planned().lines[0]?.lineNumber, planned({}, "UB-2026-00002").lines[0]?.lineNumber);
  assert.notEqual(
    planned().lines[0]?.lineNumber,
    planned({ posting_date: "2027-11-23" }).lines[0]?.lineNumber,
  );
});

Deno.test("planVoucher lets no first part of the lines balance when they are mixed", () => {
  const line = fc.record({ account: fc.constant("1"), debit: fc.bigInt({ min: 0n, max: 3n }).map(String) });
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.nat(), (debits, shift) => {
    const credits = debits.map(({ account, debit }) => ({ account, credit: debit }));
    const mixed = [...debits, ...credits].toSorted((a, b) =>
      (JSON.stringify(a).length * shift) % 7 - (JSON.stringify(b).length * shift) % 5
    );
    const made = plan({ lines: mixed });
    if (!made.ok) return assert.equal(made.error, "The voucher has no line with an amount.");
    const sums = made.voucher.lines.map((_line, index, all) =>
      all.slice(0, index + 1).reduce((sum, { amount }) => sum + BigInt(amount), 0n)
    );
    assert.ok(sums.slice(0, -1).every((sum) => sum > 0n));
    assert.equal(sums.at(-1), 0n);
  }));
});

Deno.test("planVoucher's line numbers fit 32 bits, are never a person's, and are known as ours", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9-]{1,20}$/), fc.integer({ min: 2, max: 999 }), (number, count) => {
      const half = Array.from({ length: count - 1 }, () => ({ account: "1", debit: "1" }));
      const { lines, ...document } = planned({
        lines: [...half, { account: "2", credit: String(count - 1) }],
      }, number);
      for (const line of lines) {
        assert.ok(line.lineNumber > 0 && line.lineNumber < 2 ** 31 && line.lineNumber % 10_000 !== 0);
        assert.ok(isOwnLine("b1", { ...document, ...line }));
      }
      assert.equal(isOwnLine("b1", { ...document, lineNumber: (lines[0]?.lineNumber ?? 0) - 1 }), false);
    }),
  );
});

Deno.test("planVoucher spreads line numbers when document numbers are a series", () => {
  const firsts = Array.from({ length: 500 }, (_, n) => planned({}, `UB-2026-${n}`).lines[0]?.lineNumber);
  assert.ok(new Set(firsts).size >= 498);
});

for (
  const [what, changes, number, error] of [
    ["too long", {}, "X".repeat(21), "21 characters; Business Central takes 20"],
    ["missing", {}, null, "no document number"],
    ["blank", {}, "  ", "no document number"],
    ["a filter", {}, "A' or 1", "characters other than"],
    ["in another currency", { currency: "SEK" }, "A", "The voucher is in SEK"],
    [
      "unbalanced",
      { lines: [{ account: "1", debit: "1" }, { account: "2", credit: "2" }] },
      "A",
      "does not balance",
    ],
    [
      "of zeros",
      { lines: [{ account: "1", debit: "0" }, { account: "2", credit: "0.00" }] },
      "A",
      "no line with",
    ],
    [
      "too fine",
      { lines: [{ account: "1", debit: "1.005" }, { account: "2", credit: "1.005" }] },
      "A",
      "two decimals",
    ],
    [
      "on a long account",
      { lines: [{ account: "1".repeat(21), debit: "1" }, { account: "2", credit: "1" }] },
      "A",
      "longer than 20",
    ],
    [
      "of too many lines",
      { lines: [...Array(999).fill({ account: "1", debit: "1" }), { account: "2", credit: "999" }] },
      "A",
      "more than 999 lines",
    ],
  ] as const
) {
  Deno.test(`unsoundVouchers refuses a voucher for Business Central when it is ${what}`, () => {
    const [found] = unsoundVouchers(plain, [entryOf(changes, number)]);
    assert.ok(found?.error.includes(error), found?.error ?? "sound");
  });
}

Deno.test("planVoucher takes trailing zeros beyond two decimals for what they are", () => {
  const lines = [{ account: "1", debit: "1.5000" }, { account: "2", credit: "1.5" }];
  assert.deepEqual(planned({ lines }).lines.map(({ amount }) => amount), ["1.5", "-1.5"]);
});

Deno.test("planVoucher plans what the rules would refuse when it may have been sent before", () => {
  const lines = [{ account: "1", debit: "1.005" }, { account: "2", credit: "2", note: "5" }];
  assert.deepEqual(planned({ currency: "SEK", lines }).lines.map(({ amount }) => amount), ["1.005", "-2"]);
});

const first = (changes: Record<string, unknown>) => ({
  lines: [
    { account: "6860", debit: "100.00", ...changes },
    { account: "2711", debit: "25.00" },
    { account: "2910", credit: "125.00" },
  ],
});
const long = "Kurs i Tromsø ".repeat(8).trim();

for (
  const [what, changes, error] of [
    ["has a longer description", { description: long }, /^The voucher's description has 111 characters/],
    ["has a line with a longer one", first({ description: long }), /^Line 1: description has 111 characters/],
    [
      "has no room for its description",
      {
        description: "x".repeat(60),
        lines: amounts.map(([account, side = "", amount]) => ({
          account,
          [side]: amount,
          description: "y".repeat(60),
        })),
      },
      /do not fit into 100 characters together/,
    ],
    [
      "has a line of zero that says something",
      { lines: [...first({}).lines, { account: "6860", debit: "0.00", description: "Mva." }] },
      /^Line 4 has no amount/,
    ],
    [
      "has two accounts that differ in case alone",
      {
        lines: [
          { account: "a1", debit: "100.00" },
          { account: "A1", debit: "25.00" },
          { account: "2910", credit: "125" },
        ],
      },
      /a1 and A1 are one in Business Central/,
    ],
    ["has an account that capitals change", first({ account: "groß" }), /would not stay itself in capitals/],
  ] as const
) {
  Deno.test(`planVoucher refuses a voucher when it ${what}, and finds what was sent of it before`, () => {
    const made = plan(changes, "UB-1", {}, "first");
    assert.match(made.ok ? "planned" : made.error, error);
    assert.equal(plan(changes, "UB-1", {}, "find").ok, true);
    assert.equal(plan(changes, "UB-1", {}, "again").ok, true);
  });
}

Deno.test("planVoucher leaves out a line of zero when it says nothing", () => {
  const lines = [...first({}).lines, { account: "6860", credit: "0" }];
  assert.equal(planned({ lines }).lines.length, 3);
});

Deno.test("planVoucher finds a voucher as it was sent when currency, mapping and ignored fields are others now", () => {
  const changes = first({ vat_code: "25", department: "Salg", note: "x", project: 7 });
  const found = plan(changes, "UB-1", { currency: "SEK" }, "find");
  assert.ok(found.ok);
  assert.deepEqual(found.voucher.lines.map(({ isTaxed }) => isTaxed), [true, false, false]);
});

Deno.test("planVoucher brings VAT codes and dimensions to the form in which they are stored, in one order", () => {
  const rules = {
    vat_codes: "same" as const,
    dimensions: { project: { to: "PROSJEKT" }, department: { to: "AVDELING", codes: { Salg: "SALG" } } },
  };
  const changes = first({ vat_code: " høy ", project: "p-1", department: "Salg" });
  const made = plan(changes, "UB-1", rules, "first");
  assert.ok(made.ok);
  assert.equal(made.voucher.lines[0]?.taxCode, "HØY");
  assert.deepEqual(made.voucher.lines[0]?.dimensions, [
    { code: "AVDELING", valueCode: "SALG" },
    { code: "PROSJEKT", valueCode: "P-1" },
  ]);
  const tooLong = plan(first({ project: "P".repeat(21) }), "UB-1", rules, "first");
  assert.match(tooLong.ok ? "planned" : tooLong.error, /longer than 20/);
});
