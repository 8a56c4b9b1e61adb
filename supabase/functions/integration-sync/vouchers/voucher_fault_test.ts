import assert from "node:assert/strict";
import { exportedFields } from "./exported_fields.ts";
import { type EntryRules, voucherFault } from "./voucher_fault.ts";

const receiver: EntryRules = {
  exported: null,
  payloads: "vouchers",
  period_rule: "posting_date",
  fiscal_year_ends: 12,
  ignored_fields: { voucher: [], line: [] },
};
const ledger: EntryRules = { ...receiver, exported: exportedFields.xledger };

const debit = { account: "6860", debit: "103.27" };
const credit = { account: "2910", credit: "103.27" };
const plain = { lines: [debit, credit] };
const full = {
  posting_date: "2026-10-12",
  currency: "NOK",
  description: "Reise, tog Bergen–Ål",
  lines: [debit, credit],
};

function faultOf(rules: EntryRules, payload: unknown, period = "2026-10") {
  return voucherFault(rules, { period, document_number: "UB-1", payload });
}

const decimal = 'must be a decimal in quotes, such as "100.00"';
const digits = 'must be a plain decimal of at most 15 digits and 6 decimals, such as "100.00"';
const noDate = "must be a date that exists, YYYY-MM-DD";

for (
  const [what, payload, field, reason] of [
    [
      "a credit is a number",
      { lines: [debit, { account: "2910", credit: 103.26 }] },
      "lines[1].credit",
      decimal,
    ],
    ["all amounts are numbers", { lines: [{ account: "1", debit: 1 }] }, "lines[0].debit", decimal],
    ["an amount is a list", { lines: [{ account: "1", debit: ["1"] }] }, "lines[0].debit", decimal],
    ["an amount has a comma", { lines: [{ account: "1", debit: "1,00" }] }, "lines[0].debit", digits],
    ["an amount has an exponent", { lines: [{ account: "1", debit: "1e3" }] }, "lines[0].debit", digits],
    ["an amount has blanks", { lines: [{ account: "1", debit: " 1" }] }, "lines[0].debit", digits],
    ["an amount ends in a new line", { lines: [{ account: "1", debit: "1\n" }] }, "lines[0].debit", digits],
    ["an amount is empty", { lines: [{ account: "1", debit: "" }] }, "lines[0].debit", digits],
    ["an amount has other digits", { lines: [{ account: "1", debit: "١" }] }, "lines[0].debit", digits],
    [
      "an amount has 16 digits",
      { lines: [{ account: "1", debit: "1".repeat(16) }] },
      "lines[0].debit",
      digits,
    ],
    ["an amount has 7 decimals", { lines: [{ account: "1", debit: "1.0000000" }] }, "lines[0].debit", digits],
    [
      "an amount is negative",
      { lines: [{ account: "1", debit: "-1.00" }] },
      "lines[0].debit",
      "must not be negative: a negative debit is a credit",
    ],
    [
      "a line has both sides",
      { lines: [{ account: "1", debit: "1.00", credit: "1.00" }] },
      "lines[0]",
      "has both a debit and a credit",
    ],
    [
      "a line has no side",
      { lines: [{ account: "1", debit: null }] },
      "lines[0]",
      "has neither a debit nor a credit",
    ],
    ["a line has no account", { lines: [{ debit: "1" }] }, "lines[0].account", "must be a text"],
    ["an account is a number", { lines: [{ account: 1, debit: "1" }] }, "lines[0].account", "must be a text"],
    [
      "an account is blank",
      { lines: [{ account: "\u3000", debit: "1" }] },
      "lines[0].account",
      "must not be empty",
    ],
    ["a line is no object", { lines: ["1"] }, "lines[0]", "must be an object"],
    ["a line is a list", { lines: [[]] }, "lines[0]", "must be an object"],
    ["lines are an object", { lines: { 0: debit } }, "lines", "must be a list"],
    ["lines are null", { lines: null }, "lines", "must be a list"],
    ["lines are a text", { lines: "none" }, "lines", "must be a list"],
    ["lines are empty", { lines: [] }, "lines", "must not be empty"],
    [
      "currency is a number",
      { ...plain, currency: 578 },
      "currency",
      "must be a currency code of three capital letters",
    ],
    [
      "currency is a name",
      { ...plain, currency: "kr" },
      "currency",
      "must be a currency code of three capital letters",
    ],
    [
      "a line is in another currency",
      { currency: "NOK", lines: [debit, { ...credit, currency: "EUR" }] },
      "lines[1].currency",
      "must be that of the voucher and the other lines",
    ],
    ["the date does not exist", { ...plain, posting_date: "2026-02-30" }, "posting_date", noDate],
    ["the date has a time", { ...plain, posting_date: "2026-10-12T00:00:00Z" }, "posting_date", noDate],
    ["the date is a number", { ...plain, posting_date: 20261012 }, "posting_date", noDate],
    ["another date does not exist", { ...plain, due_date: "2025-02-29" }, "due_date", noDate],
    ["two dates do not exist", { ...plain, paid_date: "-", due_date: "-" }, "due_date", noDate],
    [
      "a line's date does not exist",
      { lines: [{ ...debit, date: "2026-00-01" }, credit] },
      "lines[0].date",
      noDate,
    ],
    [
      "the date is in another month",
      { ...plain, posting_date: "2026-11-02" },
      "posting_date",
      "must lie in 2026-10",
    ],
    ["its period is another", { ...plain, period: "2026-11" }, "period", "must be the entry's period"],
    [
      "its number is another",
      { ...plain, document_number: "UB-2" },
      "document_number",
      "must be the entry's document_number",
    ],
  ] as const
) {
  Deno.test(`voucherFault names the field and the fault when ${what}`, () => {
    const fault = faultOf(receiver, payload);
    assert.equal(fault?.field, `payload.${field}`);
    assert.ok(fault.reason.endsWith(` ${reason}.`), fault.reason);
  });
}

for (
  const [what, payload] of [
    ["it balances", plain],
    ["the side that is not meant is zero or null", {
      lines: [{ account: "1", debit: "5.00", credit: "0.00" }, { account: "2", debit: null, credit: "5" }],
    }],
    ["it balances although floats would say no", {
      lines: [{ account: "1", debit: "0.1" }, { account: "1", debit: "0.2" }, {
        account: "2",
        credit: "0.30",
      }],
    }],
    ["amounts are as long as they may be", {
      lines: [{ account: "1", debit: `${"9".repeat(15)}.999999` }, {
        account: "2",
        credit: `${"9".repeat(15)}.999999`,
      }],
    }],
    ["its date, currency and number are those of the entry", {
      ...full,
      period: "2026-10",
      document_number: "UB-1",
      due_date: null,
    }],
    ["the payload has no lines", { order: 7, amount: 103.27, currency: 578, posting_date: "12.10.2026" }],
  ] as const
) {
  Deno.test(`voucherFault finds nothing when ${what}`, () => assert.equal(faultOf(receiver, payload), null));
}

Deno.test("voucherFault reports a difference that floats would not see", () => {
  const reason = "The voucher does not balance: debit and credit differ by 1.";
  const lines = [{ account: "1", debit: "900719925474099" }, { account: "1", debit: "2" }, {
    account: "2",
    credit: "900719925474100",
  }];
  assert.deepEqual(faultOf(receiver, { lines }), { field: "payload.lines", reason });
});

Deno.test("voucherFault reads no lines when payloads are free, but a posting date all the same", () => {
  const free: EntryRules = { ...receiver, payloads: "free" };
  assert.equal(faultOf(free, { lines: [{ item: 7, price: 0.1 }] }), null);
  assert.equal(faultOf(free, { lines: 1, posting_date: "2026-11-02" })?.field, "payload.posting_date");
  assert.equal(faultOf(free, { posting_date: "2026-02-30" }, "2026-02")?.field, "payload.posting_date");
});

for (
  const [period, ends, date, fits] of [
    ["2026-10", 12, "2026-10-31", true],
    ["2026-13", 12, "2026-12-31", true],
    ["2026-13", 12, "2026-11-30", false],
    ["2026-13", 12, "2027-01-01", false],
    ["2026-13", 6, "2026-06-30", true],
    ["2026-13", 6, "2026-12-31", false],
    ["2026-12", 6, "2026-12-31", true],
  ] as const
) {
  Deno.test(`voucherFault ${fits ? "takes" : "refuses"} ${date} in ${period} when fiscal years end in month ${ends}`, () => {
    const rules = { ...receiver, fiscal_year_ends: ends };
    assert.equal(faultOf(rules, { ...plain, posting_date: date }, period) === null, fits);
    const free = { ...rules, period_rule: "free" } as const;
    assert.equal(faultOf(free, { ...plain, posting_date: date, period: "2020-01" }, period), null);
  });
}

Deno.test("voucherFault refuses a period that is none", () => {
  for (const period of ["2026-00", "2026-14", "2026-1", "202610"]) {
    assert.equal(faultOf(receiver, plain, period)?.field, "period");
  }
});

for (
  const [what, changes, field] of [
    ["has no date", { posting_date: undefined }, "posting_date"],
    ["has no currency", { currency: null }, "currency"],
    ["has no description", { description: undefined }, "description"],
    ["has no lines", { lines: undefined }, "lines"],
    ["has one line", { lines: [{ account: "1", debit: "0" }] }, "lines"],
    ["has an unknown field", { cost_bearer: "7" }, "cost_bearer"],
    [
      "has a line with a typo",
      { lines: [debit, { ...credit, departement: "Salg" }] },
      "lines[1].departement",
    ],
    ["has a type that is blank", { voucher_type: " " }, "voucher_type"],
    [
      "has a line whose description is a number",
      { lines: [debit, { ...credit, description: 7 }] },
      "lines[1].description",
    ],
  ] as const
) {
  Deno.test(`voucherFault refuses a voucher for a ledger when it ${what}`, () => {
    assert.equal(faultOf(ledger, { ...full, ...changes })?.field, `payload.${field}`);
  });
}

Deno.test("voucherFault passes over fields that the integration ignores", () => {
  const rules = { ...ledger, ignored_fields: { voucher: ["employee"], line: ["received_date"] } };
  assert.equal(
    faultOf(rules, { ...full, employee: 7, lines: [debit, { ...credit, received_date: "x" }] }),
    null,
  );
  assert.equal(faultOf(rules, { ...full, employer: 7 })?.field, "payload.employer");
});

Deno.test("voucherFault counts lines from one, as people do", () => {
  assert.deepEqual(faultOf(receiver, { ...full, lines: [debit, "2910"] }), {
    field: "payload.lines[1]",
    reason: "Line 2 must be an object.",
  });
});
