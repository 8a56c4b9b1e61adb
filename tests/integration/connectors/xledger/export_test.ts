import assert from "node:assert/strict";
import { batchOf, bookedOnce, lookup, startXledgerTest, states, vouchers } from "./tenant.ts";

Deno.test("xledger exports vouchers with the journal's number when the import is quick", async () => {
  await using test = await startXledgerTest();
  const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(4)));
  assert.equal(failure, undefined);
  assert.equal(states(results), "4 exported");
  assert.deepEqual(results[0], { entry_key: "expense-0", state: "exported", external_id: "20260001" });
  assert.equal(bookedOnce(test.vendor), 4);
  assert.deepEqual(test.vendor.ledger.journal.slice(0, 3).map(({ amount, node }) => [amount, node.text]), [
    ["1.10", "Smørbrød og kaffe"],
    ["0.20", "Smørbrød og kaffe"],
    ["-1.30", "Smørbrød og kaffe"],
  ]);
});

Deno.test("xledger sends 500 nodes at most at once and never splits a voucher", async () => {
  await using test = await startXledgerTest();
  const { results } = await test.connector.export(test.context, batchOf(vouchers(200)));
  assert.equal(states(results), "200 exported");
  const sizes = test.vendor.requests.filter(({ kind }) => kind === "mutation")
    .map(({ variables }) => (variables.inputs as unknown[]).length);
  assert.deepEqual(sizes, [498, 102]);
  assert.equal(bookedOnce(test.vendor), 200);
});

Deno.test("xledger reads every page when there are many", async () => {
  await using test = await startXledgerTest({ pageSize: 7, dbIds: "string", keepsImported: true });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(20)));
  assert.equal(states(results), "20 exported");
});

Deno.test("xledger sends only what is not there when it exports a second time", async () => {
  await using test = await startXledgerTest();
  await test.connector.export(test.context, batchOf(vouchers(3)));
  const { results } = await test.connector.export(test.context, batchOf(vouchers(5)));
  assert.equal(states(results), "5 exported");
  assert.equal(bookedOnce(test.vendor), 5);
});

Deno.test("xledger rejects what is no voucher before anything is sent", async () => {
  await using test = await startXledgerTest();
  const [good, other] = vouchers(2);
  assert.ok(good && other);
  const broken = { ...other, payload: { ...other.payload as object, currency: "kroner" } };
  const { results } = await test.connector.export(test.context, batchOf([good, broken]));
  assert.equal(states(results), "1 exported, 1 rejected");
  assert.equal(bookedOnce(test.vendor), 1);
});

for (const checksAccounts of ["at_mutation", "at_import"] as const) {
  for (const atomic of [true, false]) {
    for (const echoesClientId of [true, false]) {
      const how = `found ${checksAccounts}, atomic: ${atomic}, clientId: ${echoesClientId}`;
      Deno.test(`xledger rejects the bad vouchers and books the others (${how})`, async () => {
        await using test = await startXledgerTest({ checksAccounts, atomic, echoesClientId }, {
          visibility_seconds: 0,
        });
        const entries = vouchers(12, [3, 4, 11]);
        const first = await test.connector.export(test.context, batchOf(entries));
        const open = entries.filter(({ entry_key }) =>
          first.results.some((result) => result.entry_key === entry_key && result.state === "unknown")
        );
        // Without clientId a mutation that was taken in part says only that.
        const isUnclear = checksAccounts === "at_mutation" && !atomic && !echoesClientId;
        assert.equal(open.length, isUnclear ? 12 : 0);
        const found = await test.connector.lookup?.(test.context, open) ?? assert.fail();
        const again = entries.map((entry) => ({
          ...entry,
          settled: !found.absent.includes(entry.entry_key),
        }));
        const second = await test.connector.export(test.context, batchOf(again));
        const results = [...first.results, ...found.settled, ...second.results];
        assert.equal(states(results.filter(({ state }) => state !== "unknown")), "3 rejected, 9 exported");
        if (!isUnclear) assert.match(JSON.stringify(results), /account: 9999|Account 9999/);
        assert.equal(bookedOnce(test.vendor), 9);
      });
    }
  }
}

Deno.test("xledger keeps vouchers open and fails for good when each is refused in the same words", async () => {
  await using test = await startXledgerTest({ checksAccounts: "at_mutation" });
  const entries = vouchers(5, [0, 1, 2, 3, 4]);
  const { results, failure } = await test.connector.export(test.context, batchOf(entries));
  assert.equal(states(results), "5 pending");
  assert.deepEqual([failure?.class, failure?.code], ["permanent", "xledger_refused_all"]);
  assert.match(failure?.message ?? "", /9999.* So it said of all 5 vouchers/);
  assert.equal(test.vendor.ledger.staged.length, 0);
  // Set right, they go out.
  test.vendor.behaviour.badAccounts = new Set();
  assert.equal(states((await test.connector.export(test.context, batchOf(entries))).results), "5 exported");
  assert.equal(bookedOnce(test.vendor), 5);
});

Deno.test("xledger exports a voucher when its import leaves a mere warning", async () => {
  const questionableAccounts = new Set(["5910"]);
  await using test = await startXledgerTest({ questionableAccounts, keepsImported: true });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(1)));
  assert.equal(states(results), "1 exported");
});

Deno.test("xledger understands import errors that name the item in another field", async () => {
  await using test = await startXledgerTest({ errorLink: "dbId", dbIds: "string" });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(1, [0])));
  assert.deepEqual(results, [{
    entry_key: "expense-0",
    state: "rejected",
    error:
      "Xledger's import refused the voucher: Account 9999 does not exist. Its lines wait in Xledger's import.",
  }]);
});

Deno.test("xledger calls staged vouchers unknown, and exported once a slow import has come", async () => {
  await using test = await startXledgerTest({ importDelayMs: 600_000 });
  const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(2)));
  assert.equal(states(results), "2 unknown");
  assert.deepEqual([failure?.class, failure?.code], ["transient", "xledger_import_pending"]);
  const waiting = await lookup(test, 2);
  assert.deepEqual([waiting.settled, waiting.absent, waiting.failure?.code], [
    [],
    [],
    "xledger_import_pending",
  ]);
  test.clock.advance(600_000);
  assert.equal(states((await lookup(test, 2)).settled), "2 exported");
  assert.equal(bookedOnce(test.vendor), 2);
});

Deno.test("xledger counts staged vouchers as exported when the config says so", async () => {
  await using test = await startXledgerTest({ importDelayMs: null }, { counts_as_exported: "staged" });
  const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(2)));
  assert.equal(failure, undefined);
  assert.equal(states(results), "2 exported");
  assert.equal(states((await lookup(test, 2)).settled), "2 exported");
});

Deno.test("xledger sends nothing again when a rejected voucher that still waits in the import is put back", async () => {
  await using test = await startXledgerTest();
  const bad = vouchers(1, [0]);
  assert.equal(states((await test.connector.export(test.context, batchOf(bad))).results), "1 rejected");
  assert.equal(states((await test.connector.export(test.context, batchOf(bad))).results), "1 rejected");
  assert.equal(test.vendor.ledger.staged.length, 3);
  test.vendor.ledger.removeRefused();
  test.vendor.behaviour.badAccounts = new Set();
  assert.equal(states((await test.connector.export(test.context, batchOf(bad))).results), "1 exported");
  assert.equal(bookedOnce(test.vendor), 1);
});
