/** What Business Central gets of a voucher, and what becomes of vouchers when the configuration changes in the meantime. */
import assert from "node:assert/strict";
import type { Fault } from "../../../../local/vendors/business_central/business_central.ts";
import type { ExportOutcome } from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { exportedBoth, failed, leave, ping, resend, send, states, two } from "./actions.ts";
import { assertPostedOnce, type BusinessCentralTest, expense, startBusinessCentralTest } from "./tenant.ts";

const ignored_fields = { voucher: ["voucher_type", "employee"] };
const mapped = {
  vat_codes: { "25": "HØY", "0": "NULL" },
  dimensions: {
    department: { to: "AVDELING", codes: { Salg: "SALG" } },
    project: { to: "PROSJEKT" },
    region: { to: "REGION", codes: { Nord: "N" } },
  },
};
const coded = { vat_code: "0", department: "Salg", project: "P1", dimensions: { region: "Nord" } };

function withLine(entry: Entry, changes: Record<string, unknown>): Entry {
  const payload = entry.payload as { lines: object[] };
  const [first, ...others] = payload.lines;
  return { ...entry, payload: { ...payload, lines: [{ ...first, ...changes }, ...others] } };
}

async function startTest(config: object = mapped): Promise<BusinessCentralTest> {
  const bench = await startBusinessCentralTest({ ...config });
  bench.fake.company.postingTypes.add("6860");
  return bench;
}

/** What the ledger has of the first line of each voucher. */
function bookedCodes({ fake }: BusinessCentralTest): unknown[] {
  return fake.company.ledger.filter(({ accountNumber }) => accountNumber === "6860")
    .toSorted((a, b) => a.documentNumber < b.documentNumber ? -1 : 1)
    .map(({ taxCode, dimensions }) => [taxCode, Object.fromEntries(dimensions)]);
}

/** Repeats an attempt until nothing has to be waited for any more. */
async function repeat(bench: BusinessCentralTest, entries: readonly Entry[]): Promise<ExportOutcome> {
  for (let attempts = 0;; attempts++) {
    const outcome = await resend(bench, entries);
    if (outcome.failure?.code !== "business_central_not_visible" || attempts === 5) return outcome;
    await bench.clock.advance((outcome.failure.retry_after_seconds ?? 60) * 1000);
  }
}

Deno.test("the connector books the VAT code and the dimensions of a line when they are mapped", async () => {
  await using bench = await startTest();
  const entries = [withLine(expense(1), coded)];
  assert.equal(states(await send(bench, entries)), "exported");
  assertPostedOnce(bench, entries);
  assert.deepEqual(bookedCodes(bench), [["NULL", { AVDELING: "SALG", PROSJEKT: "P1", REGION: "N" }]]);
});

for (
  const [field, changes, config] of [
    ["departement", { departement: "Salg" }, {}],
    ["vat_code", { vat_code: "25" }, {}],
    ["vat_code", { vat_code: "15" }, { vat_codes: { "25": "HØY" } }],
    ["project", { project: "P1" }, {}],
    ["dimensions.region", { dimensions: { region: "N" } }, {}],
  ] as const
) {
  Deno.test(`the connector rejects a voucher before anything is sent when nothing exports ${field} of ${JSON.stringify(changes)}`, async () => {
    await using bench = await startTest({ dimensions: { department: { to: "AVDELING" } }, ...config });
    const { results } = await send(bench, [withLine(expense(1), changes), expense(2)]);
    const [refused, other] = results;
    assert.ok(
      refused?.state === "rejected" && refused.not_sent && refused.error.startsWith(`Line 1: ${field} `),
    );
    assert.equal(other?.state, "exported");
    assertPostedOnce(bench, [expense(2)]);
  });
}

Deno.test("the connector rejects a voucher_type by its name when it is not ignored", async () => {
  await using bench = await startTest({ ...mapped, ignored_fields: { voucher: ["employee"] } });
  const { results } = await send(bench, [expense(1)]);
  assert.deepEqual(results, [{
    entry_key: "expense-00001",
    state: "rejected",
    error: "The voucher's voucher_type is not exported: remove it, or list it in ignored_fields.",
    not_sent: true,
  }]);
});

Deno.test("the connector finds a voucher again when Business Central has computed its VAT and the answer was lost", async () => {
  await using bench = await startTest();
  const gross = { account: "6860", debit: "125.00", vat_code: "25" };
  const entry = expense(1, { lines: [gross, { account: "2910", credit: "125.00" }] });
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  assert.equal(states(await send(bench, [entry])), "unknown");
  assert.equal(states(await repeat(bench, [entry])), "exported");
  assert.deepEqual(bench.fake.company.ledger.map(({ accountNumber, amount }) => [accountNumber, amount]), [
    ["6860", 10000n],
    ["2710", 2500n],
    ["2910", -12500n],
  ]);
});

Deno.test("the connector refuses vouchers by the field when Business Central takes their lines without the VAT code", async () => {
  await using bench = await startTest();
  bench.fake.company.keepsTaxCode = false;
  const outcome = await send(bench, [withLine(expense(1), coded), expense(2)]);
  assert.equal(states(outcome), "exported rejected");
  assert.match(JSON.stringify(outcome.results), /did not keep the taxCode/);
  assertPostedOnce(bench, [expense(2)]);
  assert.deepEqual(bench.fake.journal.lines, []);
});

Deno.test("the connector keeps all vouchers open when Business Central keeps the VAT code of none", async () => {
  await using bench = await startTest();
  bench.fake.company.keepsTaxCode = false;
  const outcome = await send(bench, two.map((entry) => withLine(entry, coded)));
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual(failed(outcome), ["permanent", "business_central_refused_all"]);
  assert.deepEqual([bench.fake.journal.lines, bench.fake.company.ledger], [[], []]);
});

for (
  const [when, changes, said, prepare] of [
    ["it does not know a value", { project: "P9" }, /valueCode/, () => {}],
    [
      "the account brings a value of the same dimension",
      { project: "P1" },
      /default dimension set lines/,
      ({ fake }: BusinessCentralTest) =>
        void fake.company.defaultDimensions.set("6860", new Map([["PROSJEKT", "P2"]])),
    ],
    [
      "an account with a VAT code has no posting type",
      { vat_code: "0" },
      /Gen. Posting Type/,
      ({ fake }: BusinessCentralTest) => fake.company.postingTypes.clear(),
    ],
  ] as const
) {
  Deno.test(`the connector rejects a voucher in Business Central's words when ${when}, and books the other`, async () => {
    await using bench = await startTest();
    prepare(bench);
    const credit = { account: "2910", credit: "10.07" };
    const other = expense(2, { lines: [{ account: "7140", debit: "10.07" }, credit] });
    const outcome = await send(bench, [withLine(expense(1), changes), other]);
    assert.equal(states(outcome), "exported rejected");
    assert.match(JSON.stringify(outcome.results), said);
    assertPostedOnce(bench, [other]);
    assert.deepEqual(bench.fake.journal.lines, []);
  });
}

Deno.test("the connector books a line with what its account brings when the voucher says nothing of it", async () => {
  await using bench = await startTest();
  bench.fake.company.defaultDimensions.set("6860", new Map([["REGION", "S"]]));
  assert.equal(states(await send(bench, [withLine(expense(1), { project: "P1" })])), "exported");
  assert.deepEqual(bookedCodes(bench), [["", { AVDELING: "SALG", PROSJEKT: "P1", REGION: "S" }]]);
});

const lost: Readonly<Record<string, readonly [Fault, isTaken: boolean]>> = {
  "posted": [{ on: "post", kind: "apply_then_drop" }, true],
  "lost as a posting": [{ on: "post", kind: "drop" }, false],
  "lost behind its lines": [{ on: "batch", kind: "apply_then_drop" }, false],
  "lost on the way": [{ on: "batch", kind: "drop" }, false],
};

for (const [how, [fault, isTaken]] of Object.entries(lost)) {
  Deno.test(`the connector books a voucher once as it was sent when it was ${how} and ignored_fields has changed since`, async () => {
    await using bench = await startTest({
      ...mapped,
      ignored_fields: { ...ignored_fields, line: ["note", "vat_code"] },
    });
    const entries = [withLine(expense(1), { ...coded, note: "Ring Kari", vat_code: 25 })];
    bench.fake.misbehave(fault);
    assert.equal(states(await send(bench, entries)), "unknown");
    bench.config.ignored_fields = {};
    assert.equal(states(await repeat(bench, entries)), "exported");
    assertPostedOnce(bench, entries);
    assert.deepEqual(bookedCodes(bench), [["", { AVDELING: "SALG", PROSJEKT: "P1", REGION: "N" }]]);
  });

  Deno.test(`the connector books a voucher once when it was ${how} and the mapping has changed since`, async () => {
    await using bench = await startTest();
    const entries = [withLine(expense(1), coded)];
    bench.fake.misbehave(fault);
    assert.equal(states(await send(bench, entries)), "unknown");
    const department = { to: "AVDELING", codes: { Salg: "INNKJØP" } };
    bench.config.dimensions = { ...mapped.dimensions, department };
    assert.equal(states(await repeat(bench, entries)), "exported");
    assertPostedOnce(bench, entries);
    const AVDELING = isTaken ? "SALG" : "INNKJØP";
    assert.deepEqual(bookedCodes(bench), [["NULL", { AVDELING, PROSJEKT: "P1", REGION: "N" }]]);
  });

  Deno.test(`the connector rejects nothing and books a voucher once when it was ${how} and its codes have left the configuration`, async () => {
    await using bench = await startTest();
    const entries = [withLine(expense(1), coded)];
    bench.fake.misbehave(fault);
    assert.equal(states(await send(bench, entries)), "unknown");
    Object.assign(bench.config, { dimensions: {}, vat_codes: undefined, currency: "NOK" });
    const held = await repeat(bench, entries);
    if (!isTaken) {
      assert.equal(states(held), "unknown");
      assert.deepEqual(failed(held), ["permanent", "business_central_code_missing"]);
      // Nothing of it is there to hold up other vouchers, or to be posted with them.
      assert.deepEqual([bench.fake.company.ledger, bench.fake.journal.lines], [[], []]);
      const plain = [{ account: "7140", debit: "1.00" }, { account: "2910", credit: "1.00" }];
      assert.equal(states(await send(bench, [expense(2, { lines: plain })])), "exported");
      bench.fake.company.ledger.length = 0;
      Object.assign(bench.config, mapped);
      assert.equal(states(await repeat(bench, entries)), "exported");
    }
    assertPostedOnce(bench, entries);
    assert.deepEqual(bookedCodes(bench), [["NULL", { AVDELING: "SALG", PROSJEKT: "P1", REGION: "N" }]]);
  });
}

Deno.test("the connector replaces lines of an earlier attempt when they lack a dimension", async () => {
  await using bench = await startTest();
  const entries = [withLine(expense(1), { project: "P1" }), expense(2)];
  const [first = expense(1)] = entries;
  leave(bench, first, 3);
  bench.fake.journal.lines = bench.fake.journal.lines.map((line) => ({ ...line, dimensions: new Map() }));
  assert.deepEqual((await send(bench, entries)).results, exportedBoth);
  assertPostedOnce(bench, entries);
  assert.deepEqual(bookedCodes(bench), [
    ["", { AVDELING: "SALG", PROSJEKT: "P1" }],
    ["", { AVDELING: "SALG" }],
  ]);
});

for (
  const [what, config, message] of [
    [
      "a dimension",
      { dimensions: { department: { to: "AVD" } } },
      "The company has no dimension AVD, which dimensions.department names.",
    ],
    [
      "a value",
      { dimensions: { department: { to: "avdeling", codes: { Salg: "salg", Drift: "DRIFT" } } } },
      "The company has no value of the dimension AVDELING DRIFT, which dimensions.department names.",
    ],
    [
      "a VAT product posting group",
      { vat_codes: { "25": "HIGH" } },
      "The company has no VAT product posting group HIGH, which vat_codes names.",
    ],
  ] as const
) {
  Deno.test(`the connection check names ${what} of the configuration when the company does not have it`, async () => {
    await using bench = await startTest(config);
    const outcome = await ping(bench);
    assert.ok(!outcome.ok && outcome.failure.message.startsWith(message), JSON.stringify(outcome));
  });
}

Deno.test("the connection check is content when the company has every code, or the app may not ask for them", async () => {
  await using bench = await startTest();
  assert.deepEqual(await ping(bench), { ok: true });
  bench.config.vat_codes = { "25": "HIGH" };
  bench.beforeRequest = () => {
    if (bench.fake.requests.at(-1)?.includes("/dimensionValues")) {
      bench.fake.misbehave({ on: "read", kind: "status", status: 403 });
    }
  };
  assert.deepEqual(await ping(bench), { ok: true });
});
