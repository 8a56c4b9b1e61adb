import assert from "node:assert/strict";
import type { Entry } from "../entries.ts";
import { parseXledgerConfig } from "./xledger_config.ts";
import { nameLines, type Prepared, prepareVoucher, toInputs } from "./xledger_voucher.ts";

const payload = {
  voucher_type: "expense",
  posting_date: "2026-01-12",
  currency: "NOK",
  description: "Reise, tog Bergen–Ål",
  lines: [
    { account: "7140", debit: "178.58", description: "Reise", department: "Salg" },
    { account: "2714", debit: "21.43" },
    { account: "2910", credit: "200.01" },
  ],
};
const entry: Entry = {
  entry_key: "expense-1",
  period: "2026-01",
  document_number: "UB-1",
  payload,
  settled: false,
};

async function prepare(raw: Record<string, unknown>, changes: Partial<Entry> = {}) {
  return prepareVoucher(parseXledgerConfig(raw), await nameLines("i", { ...entry, ...changes }));
}

function nodesOf(prepared: Prepared | { error: string }) {
  return "nodes" in prepared ? prepared.nodes : assert.fail(prepared.error);
}

Deno.test("prepareVoucher sends what the voucher says and nothing else when nothing is configured", async () => {
  const { ids } = await nameLines("i", entry);
  assert.deepEqual(nodesOf(await prepare({}))[0], {
    postedDate: "2026-01-12",
    account: { code: "7140" },
    invoiceAmount: "178.58",
    currency: { code: "NOK" },
    text: "Reise",
    extIdentifier: ids[0],
    invoiceNumber: "UB-1",
  });
});

Deno.test("prepareVoucher falls back to the voucher's text when a line has none", async () => {
  assert.deepEqual(nodesOf(await prepare({})).map(({ text }) => text), [
    "Reise",
    "Reise, tog Bergen–Ål",
    "Reise, tog Bergen–Ål",
  ]);
});

Deno.test("prepareVoucher adds what is configured", async () => {
  const [first, second] = nodesOf(
    await prepare({
      transaction_source: "GL",
      transaction_sources: { expense: "EX" },
      job_level: { dbSubId: 3 },
      department: "glObject2",
      amount_field: "amount",
    }),
  );
  assert.deepEqual([first?.transactionSource, first?.jobLevel, first?.glObject2, first?.amount], [
    { code: "EX" },
    { dbSubId: 3 },
    { code: "Salg" },
    "178.58",
  ]);
  assert.deepEqual(["glObject2" in (second ?? {}), "invoiceAmount" in (second ?? {})], [false, false]);
});

Deno.test("prepareVoucher refuses a voucher when it does not balance or has too many lines", async () => {
  const unbalanced = { ...payload, lines: payload.lines.slice(1) };
  assert.match(JSON.stringify(await prepare({}, { payload: unbalanced })), /does not balance/);
  assert.deepEqual(await prepare({ max_nodes: 2 }), {
    error: "The voucher has 3 lines; Xledger takes 2 at once.",
  });
});

Deno.test("nameLines names differ when integration, key or case differ, and fit whatever the key is", async () => {
  const name = async (integration: string, entry_key: string) =>
    (await nameLines(integration, { ...entry, entry_key })).ids[0];
  const names = await Promise.all([
    name("i", "a"),
    name("j", "a"),
    name("i", "A"),
    name("i", "a "),
    name("i", "æ".repeat(200)),
  ]);
  assert.equal(new Set(names).size, names.length);
  for (const id of names) assert.match(id ?? "", /^[0-9a-f]{32}\.1$/);
});

Deno.test("nameLines names at least one line when the payload is no voucher", async () => {
  for (const odd of [null, 7, {}, { lines: "no" }, { lines: [] }]) {
    assert.equal((await nameLines("i", { ...entry, payload: odd })).ids.length, 1);
  }
});

Deno.test("toInputs gives two vouchers different numbers when their hashes would share one", () => {
  const voucher = (id: string): Prepared => ({ entry, ids: [id], nodes: [{}] });
  const inputs = toInputs([voucher("00000000aa.1"), voucher("00000000bb.1"), voucher("ffffffffcc.1")]);
  const numbers = inputs.map((input) => (input as { node: { trRegNumber: number } }).node.trRegNumber);
  assert.equal(new Set(numbers).size, 3);
  for (const number of numbers) assert.ok(number > 0 && number <= 0x7fffffff);
});
