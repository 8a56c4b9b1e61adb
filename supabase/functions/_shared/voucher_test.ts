import assert from "node:assert/strict";
import { formatDecimal } from "./decimal.ts";
import { parseVoucher } from "./voucher.ts";

const lines = [
  { account: "7140", debit: "178.58", description: "Reise", department: "Salg" },
  { account: "2714", debit: "21.43", description: "Inngående mva. 12 %" },
  { account: "2910", credit: "200.01" },
];
const payload = {
  voucher_type: "expense",
  posting_date: "2026-01-12",
  currency: "NOK",
  description: "Reise, tog Bergen–Ål",
  employee: "Søren Ødegård",
  lines,
};

function errorOf(changes: Record<string, unknown>): string {
  const parsed = parseVoucher({ ...payload, ...changes });
  return parsed.ok ? assert.fail("it is a voucher") : parsed.error;
}

Deno.test("parseVoucher reads an expense voucher as the seed has them", () => {
  const parsed = parseVoucher(payload);
  assert.ok(parsed.ok);
  const { voucher } = parsed;
  assert.deepEqual([voucher.voucher_type, voucher.posting_date, voucher.currency], [
    "expense",
    "2026-01-12",
    "NOK",
  ]);
  assert.deepEqual(
    voucher.lines.map((
      line,
    ) => [line.account, formatDecimal(line.amount), line.description, line.department]),
    [["7140", "178.58", "Reise", "Salg"], ["2714", "21.43", "Inngående mva. 12 %", null], [
      "2910",
      "-200.01",
      null,
      null,
    ]],
  );
});

Deno.test("parseVoucher takes a line when the column that is not meant holds zero", () => {
  const parsed = parseVoucher({
    ...payload,
    lines: [{ account: "1", debit: "5.00", credit: "0.00" }, { account: "2", debit: "0", credit: "5" }],
  });
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.voucher.lines.map((line) => formatDecimal(line.amount)), ["5.00", "-5"]);
});

Deno.test("parseVoucher adds exactly when floats would say that it balances", () => {
  // As floats both sides are 9007199254740992.
  const parsed = parseVoucher({
    ...payload,
    lines: [{ account: "1", debit: "9007199254740993" }, { account: "2", credit: "9007199254740992" }],
  });
  assert.deepEqual(parsed, {
    ok: false,
    error: "The voucher does not balance: debit 9007199254740993, credit 9007199254740992, difference 1 NOK.",
  });
});

Deno.test("parseVoucher adds exactly when floats would say that it does not balance", () => {
  const parsed = parseVoucher({
    ...payload,
    lines: [{ account: "1", debit: "0.1" }, { account: "1", debit: "0.2" }, { account: "2", credit: "0.30" }],
  });
  assert.ok(parsed.ok);
});

for (
  const [what, changes, error] of [
    [
      "it is a øre short",
      { lines: [lines[0], lines[1], { account: "2910", credit: "200.00" }] },
      "The voucher does not balance: debit 200.01, credit 200.00, difference 0.01 NOK.",
    ],
    [
      "an amount is a JSON number",
      { lines: [{ account: "1", debit: 0.1 }, { account: "2", credit: "0.1" }] },
      'Line 1: debit must be a decimal in quotes, such as "100.00".',
    ],
    [
      "an amount has a comma",
      { lines: [{ account: "1", debit: "1,00" }, { account: "2", credit: "1.00" }] },
      'Line 1: debit must be a plain decimal, such as "100.00".',
    ],
    [
      "a credit is negative",
      { lines: [{ account: "1", debit: "1.00" }, { account: "2", credit: "-1.00" }] },
      "Line 2: credit must not be negative: a negative debit is a credit.",
    ],
    [
      "a line has both",
      { lines: [{ account: "1", debit: "1.00", credit: "1.00" }, { account: "2", credit: "1.00" }] },
      "Line 1 has both a debit and a credit.",
    ],
    [
      "a line has neither",
      { lines: [{ account: "1" }, { account: "2", credit: "1.00" }] },
      "Line 1 has neither a debit nor a credit.",
    ],
    [
      "an account is blank",
      { lines: [{ account: " ", debit: "1" }, { account: "2", credit: "1" }] },
      "Line 1: account must not be empty.",
    ],
    [
      "there is one line",
      { lines: [{ account: "1", debit: "0" }] },
      "The voucher's lines must be at least two.",
    ],
    [
      "the day does not exist",
      { posting_date: "2026-02-30" },
      "The voucher's posting_date must be a date, YYYY-MM-DD.",
    ],
    [
      "the date has a time",
      { posting_date: "2026-02-03T00:00:00Z" },
      "The voucher's posting_date must be a date, YYYY-MM-DD.",
    ],
    ["the currency is missing", { currency: undefined }, "The voucher's currency must be a currency code."],
    [
      "the currency is a name",
      { currency: "kroner" },
      "The voucher's currency must be a currency code of three capital letters.",
    ],
    ["the lines are no list", { lines: "none" }, "The voucher's lines must be a list."],
  ] as const
) {
  Deno.test(`parseVoucher says why when ${what}`, () => assert.equal(errorOf(changes), error));
}

Deno.test("parseVoucher says why when the payload is no object", () => {
  assert.deepEqual(parseVoucher(null), { ok: false, error: "The voucher must be an object." });
});
