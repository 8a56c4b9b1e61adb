import assert from "node:assert/strict";
import { exportedBoth, leave, ping, send, states, two } from "./actions.ts";
import { assertPostedOnce, expense, startBusinessCentralTest } from "./tenant.ts";

Deno.test("Business Central posts each voucher once, to the øre, when nothing goes wrong", async () => {
  await using bench = await startBusinessCentralTest();
  const outcome = await send(bench);
  assert.deepEqual(outcome, { results: exportedBoth });
  assertPostedOnce(bench, two);
  const entry = bench.fake.company.ledger.find(({ documentNumber }) => documentNumber === "UB-2026-00001");
  assert.deepEqual([entry?.externalDocumentNumber, entry?.description], [
    "UB-2026-00001",
    "Kurs og møter i Tromsø",
  ]);
  assert.ok(bench.fake.requests.every((request) => !/^POST \$batch/.test(request) || !/NAV/.test(request)));
});

Deno.test("Business Central keeps digits that a float would lose when it posts large amounts", async () => {
  await using bench = await startBusinessCentralTest();
  const large = expense(1, {
    lines: [{ account: "6860", debit: "90071992547409.93" }, {
      account: "2910",
      credit: "90071992547409.93",
    }],
  });
  assert.equal(states(await send(bench, [large])), "exported");
  assertPostedOnce(bench, [large]);
});

Deno.test("Business Central posts vouchers of more lines than a batch may hold", async () => {
  await using bench = await startBusinessCentralTest();
  const debits = Array.from({ length: 250 }, (_, n) => ({ account: "6860", debit: `${n + 1}.00` }));
  const long = expense(1, { lines: [...debits, { account: "2910", credit: "31375.00" }] });
  bench.fake.state.pageSize = 70;
  assert.equal(states(await send(bench, [long, expense(2)])), "exported exported");
  assertPostedOnce(bench, [long, expense(2)]);
});

for (
  const [what, entry, error] of [
    [
      "it does not balance",
      expense(3, {
        lines: [{ account: "6860", debit: "1.00" }, { account: "2910", credit: "1.01" }],
      }),
      /does not balance/,
    ],
    [
      "it is in another currency",
      expense(3, { currency: "EUR" }),
      /in EUR, but the company's currency is NOK/,
    ],
    [
      "its number is too long",
      { ...expense(3), document_number: "UB-2026-00003-KORRIGERT" },
      /23 characters/,
    ],
    [
      "its number has characters of filters",
      { ...expense(3), document_number: "UB*3" },
      /UB\*3 has characters/,
    ],
    ["it has no number", { ...expense(3), document_number: null }, /no document number/],
    [
      "an amount has three decimals",
      expense(3, {
        lines: [{ account: "6860", debit: "1.001" }, { account: "2910", credit: "1.001" }],
      }),
      /more than two decimals/,
    ],
    [
      "it has the number of another one",
      { ...expense(3), document_number: "ub-2026-00001 " },
      /same document number/,
    ],
    [
      "an account does not exist",
      expense(3, {
        lines: [{ account: "6860", debit: "1.00" }, { account: "9999", credit: "1.00" }],
      }),
      /refused the voucher: The "accountNumber" does not match/,
    ],
    ["its period is closed", expense(3, { posting_date: "2025-12-31" }), /Posting Date is not within/],
  ] as const
) {
  Deno.test(`Business Central takes the others and rejects a voucher when ${what}`, async () => {
    await using bench = await startBusinessCentralTest();
    bench.fake.company.closedPeriods.add("2025-12");
    const outcome = await send(bench, [...two, entry]);
    const rejected = outcome.results.find(({ state }) => state === "rejected");
    assert.equal(rejected?.entry_key, entry.entry_key);
    assert.match(rejected?.state === "rejected" ? rejected.error : "", error);
    assert.equal(outcome.failure, undefined);
    assertPostedOnce(bench, two);
    assert.deepEqual(bench.fake.journal.lines, []);
  });
}

Deno.test("Business Central books nothing again when a record of exported entries was lost", async () => {
  await using bench = await startBusinessCentralTest();
  await send(bench);
  assert.deepEqual(await send(bench), { results: exportedBoth });
  assertPostedOnce(bench, two);
});

Deno.test("Business Central rejects a voucher when another posting has its number and date", async () => {
  await using bench = await startBusinessCentralTest();
  await send(bench);
  const other = expense(1, {
    lines: [{ account: "6540", debit: "5.00" }, { account: "2910", credit: "5.00" }],
  });
  const outcome = await send(bench, [other]);
  assert.match(JSON.stringify(outcome), /already has a posting UB-2026-00001 on 2026-01-12/);
  assertPostedOnce(bench, two);
  const nextYear = expense(1, { posting_date: "2027-01-12" });
  assert.equal(states(await send(bench, [nextYear])), "exported");
});

Deno.test("Business Central removes lines of its own that are not of this batch, or were changed", async () => {
  await using bench = await startBusinessCentralTest();
  leave(bench, expense(7), 3);
  leave(bench, expense(1), 1, { amount: 12345n });
  assert.deepEqual(await send(bench), { results: exportedBoth });
  assertPostedOnce(bench, two);
});

Deno.test("Business Central fails for good, in a coordinator's words, when a person's line is in the journal", async () => {
  await using bench = await startBusinessCentralTest();
  leave(bench, expense(7), 1, { lineNumber: 10000 });
  for (const outcome of [await send(bench), await ping(bench)]) {
    const failure = "failure" in outcome ? outcome.failure : undefined;
    assert.deepEqual([failure?.class, failure?.code], ["permanent", "business_central_foreign_lines"]);
    assert.match(failure?.message ?? "", /journal SYNC holds a line that this integration did not write/);
  }
  assert.equal(states(await send(bench)), "pending pending");
  assert.equal(bench.fake.company.ledger.length, 0);
  assert.equal(bench.fake.journal.lines.length, 1);
});
