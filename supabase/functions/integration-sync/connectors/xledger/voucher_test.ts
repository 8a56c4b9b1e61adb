import assert from "node:assert/strict";
import type { Entry } from "../../vouchers/entries.ts";
import { parseXledgerConfig } from "./config.ts";
import { nameLines, type Prepared, prepareVoucher, toInputs, type Unsendable } from "./voucher.ts";

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

const dimensions = { department: { to: "glObject2" } };

async function prepare(
  raw: Record<string, unknown>,
  changes: Partial<Entry> = {},
  purpose: "first" | "again" = "first",
) {
  const config = parseXledgerConfig({ transaction_sources: { expense: "EX" }, dimensions, ...raw });
  return prepareVoucher(config, await nameLines("i", { ...entry, ...changes }), purpose);
}

function nodesOf(prepared: Prepared | Unsendable) {
  return "nodes" in prepared ? prepared.nodes : assert.fail(prepared.error);
}

Deno.test("prepareVoucher sends what the voucher says and nothing else when all of it is mapped", async () => {
  const { ids } = await nameLines("i", entry);
  assert.deepEqual(nodesOf(await prepare({}))[0], {
    postedDate: "2026-01-12",
    account: { code: "7140" },
    invoiceAmount: "178.58",
    currency: { code: "NOK" },
    text: "Reise",
    extIdentifier: ids[0],
    invoiceNumber: "UB-1",
    transactionSource: { code: "EX" },
    glObject2: { code: "Salg" },
  });
});

Deno.test("prepareVoucher refuses a voucher whose text would make a request of hundreds of megabytes", async () => {
  const line = { account: "7140", debit: "1.00" };
  const lines = [...Array.from({ length: 499 }, () => line), { account: "2910", credit: "499.00" }];
  const long = { payload: { ...payload, description: "x".repeat(1024 * 1024 - 1000), lines } };
  const refused = await prepare({}, long);
  assert.ok("error" in refused);
  assert.equal(
    refused.error,
    "The texts of the voucher's lines have 523788000 characters together; at most 1048576 go at once.",
  );
  assert.ok("nodes" in await prepare({}, long, "again"), "its first send has judged it");
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
      job_level: { dbSubId: 3 },
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
    unmapped: false,
  });
});

Deno.test("prepareVoucher prepares at a repetition what the rules would refuse by now", async () => {
  const unbalanced = { ...payload, posting_date: "2026-02-30", lines: payload.lines.slice(1) };
  assert.equal(nodesOf(await prepare({}, { payload: unbalanced }, "again")).length, 2);
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
  const voucher = (id: string): Prepared => ({ entry, ids: [id], nodes: [{}], characters: 0 });
  const inputs = toInputs([voucher("00000000aa.1"), voucher("00000000bb.1"), voucher("ffffffffcc.1")]);
  const numbers = inputs.map((input) => (input as { node: { trRegNumber: number } }).node.trRegNumber);
  assert.equal(new Set(numbers).size, 3);
  for (const number of numbers) assert.ok(number > 0 && number <= 0x7fffffff);
});

function lineWith(changes: Record<string, unknown>): { payload: unknown } {
  return {
    payload: { ...payload, lines: payload.lines.map((line, n) => n === 0 ? { ...line, ...changes } : line) },
  };
}

Deno.test("prepareVoucher exports the VAT code and every dimension when they are mapped", async () => {
  const raw = {
    vat_codes: { "25": "1" },
    dimensions: {
      department: { to: "glObject1", codes: { Salg: "10" } },
      project: { to: "glObject2" },
      region: { to: "glObject3", codes: { Nord: "N" } },
    },
  };
  const [first] = nodesOf(
    await prepare(raw, lineWith({ vat_code: "25", project: "P1", dimensions: { region: "Nord" } })),
  );
  assert.deepEqual([first?.taxRule, first?.glObject1, first?.glObject2, first?.glObject3], [
    { code: "1" },
    { code: "10" },
    { code: "P1" },
    { code: "N" },
  ]);
});

Deno.test("prepareVoucher sends the voucher's text with the first line when every line has its own", async () => {
  const lines = payload.lines.map((line, n) => ({ ...line, description: `Linje ${n + 1}` }));
  const nodes = nodesOf(await prepare({}, { payload: { ...payload, lines } }));
  assert.deepEqual(nodes.map(({ text }) => text), ["Reise, tog Bergen–Ål: Linje 1", "Linje 2", "Linje 3"]);
});

const unsendable: Readonly<Record<string, [changes: Record<string, unknown>, raw: object, error: RegExp]>> = {
  "a field of a line is a typing error": [
    { departement: "Salg" },
    {},
    /^Line 1: departement is not exported/,
  ],
  "a field of a line is one of an object's own": [
    JSON.parse('{"__proto__": "x"}'),
    {},
    /^Line 1: __proto__ is not exported/,
  ],
  "a field without a value is not known": [{ departement: null }, {}, /^Line 1: departement is not exported/],
  "a VAT code is not mapped": [{ vat_code: "25" }, {}, /^Line 1: vat_code has no code there/],
  "vat_codes lack the VAT code": [{ vat_code: "15" }, { vat_codes: { "25": "1" } }, /vat_codes lack "15"/],
  "vat_codes lack a VAT code that objects have": [
    { vat_code: "constructor" },
    { vat_codes: {} },
    /vat_codes lack/,
  ],
  "a project has no dimension": [{ project: "P1" }, {}, /^Line 1: project has no code there/],
  "a further dimension has none": [{ dimensions: { region: "N" } }, {}, /^Line 1: dimensions.region has no/],
  "a dimension has a name of objects": [
    { dimensions: JSON.parse('{"__proto__": "N"}') },
    {},
    /^Line 1: dimensions.__proto__ has no/,
  ],
  "a department that is there twice": [
    { dimensions: { department: "Salg" } },
    {},
    /department is there twice/,
  ],
  "a VAT code is a number": [{ vat_code: 25 }, { vat_codes: "same" }, /vat_code must be a text/],
  "dimensions are a list": [{ dimensions: ["N"] }, {}, /dimensions must be an object of texts/],
};
for (const [when, [changes, raw, error]] of Object.entries(unsendable)) {
  Deno.test(`prepareVoucher refuses a voucher by the field's name when ${when}`, async () => {
    const prepared = await prepare({ ...raw }, lineWith(changes));
    assert.match("nodes" in prepared ? "prepared" : prepared.error, error);
  });

  Deno.test(`prepareVoucher sends a voucher without the field when ${when}, and it is ignored`, async () => {
    const names = Object.keys(changes);
    const further = names.includes("dimensions") ? ["department"] : [];
    const ignored_fields = { line: [...names, ...further] };
    assert.equal(nodesOf(await prepare({ ...raw, ignored_fields }, lineWith(changes))).length, 3);
  });
}

for (const type of ["expens", "toString", ""]) {
  Deno.test(`prepareVoucher refuses the voucher_type ${JSON.stringify(type)} when it has no source, whatever the default is`, async () => {
    const changes = { payload: { ...payload, voucher_type: type } };
    const refused = await prepare({ transaction_source: "GL" }, changes);
    assert.match("nodes" in refused ? "prepared" : refused.error, /voucher_type/);
    const ignored_fields = { voucher: ["voucher_type"] };
    const [first] = nodesOf(await prepare({ transaction_source: "GL", ignored_fields }, changes));
    assert.deepEqual(first?.transactionSource, { code: "GL" });
  });
}

Deno.test("prepareVoucher refuses an unknown field of the voucher by its name", async () => {
  const changes = { payload: { ...payload, employee: "Søren" } };
  assert.deepEqual(await prepare({}, changes), {
    error: "The voucher's employee is not exported: remove it, or list it in ignored_fields.",
    unmapped: false,
  });
  const ignored_fields = { voucher: ["employee"] };
  assert.deepEqual(nodesOf(await prepare({ ignored_fields }, changes)), nodesOf(await prepare({})));
});

Deno.test("prepareVoucher leaves out at a repetition what the first send can only have ignored", async () => {
  const changes = lineWith({ departement: "Salg", project: 17 });
  assert.deepEqual(nodesOf(await prepare({}, changes, "again")), nodesOf(await prepare({})));
});

Deno.test("prepareVoucher holds a repetition back when its code has left the configuration", async () => {
  const prepared = await prepare({ dimensions: {} }, {}, "again");
  assert.ok(!("nodes" in prepared) && prepared.unmapped);
});
