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

function amountsOf(changed: readonly unknown[]): string[] | undefined {
  return parseVoucher({ ...payload, lines: changed })?.lines.map((line) => formatDecimal(line.amount));
}

Deno.test("parseVoucher reads an expense voucher as the seed has them", () => {
  const voucher = parseVoucher(payload);
  assert.ok(voucher);
  assert.deepEqual([voucher.voucher_type, voucher.posting_date, voucher.currency], [
    "expense",
    "2026-01-12",
    "NOK",
  ]);
  const read = voucher.lines.map(({ account, amount, description, department }) =>
    [account, formatDecimal(amount), description, department].join(" | ")
  );
  assert.deepEqual(read, [
    "7140 | 178.58 | Reise | Salg",
    "2714 | 21.43 | Inngående mva. 12 % | ",
    "2910 | -200.01 |  | ",
  ]);
});

Deno.test("parseVoucher takes the side that is meant when the other one holds zero", () => {
  const both = [{ account: "1", debit: "5.00", credit: "0.0000" }, { account: "2", debit: "0", credit: "5" }];
  assert.deepEqual(amountsOf(both), ["5.00", "-5"]);
});

Deno.test("parseVoucher reads what the rules would refuse when an older version may have sent it", () => {
  const odd = {
    ...payload,
    posting_date: "2026-02-30",
    currency: "kroner",
    lines: [{ account: " ", debit: "-1" }],
  };
  assert.deepEqual(parseVoucher(odd)?.lines.map((line) => formatDecimal(line.amount)), ["-1"]);
});

Deno.test("parseVoucher answers null when the payload has another shape", () => {
  for (
    const odd of [null, [], "text", {}, { ...payload, lines: "none" }, {
      ...payload,
      lines: [{ account: 1 }],
    }]
  ) {
    assert.equal(parseVoucher(odd), null);
  }
});
