import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import type { Fault } from "../../local/vendors/xledger/server.ts";
import type { EntryResult } from "../../supabase/functions/_shared/entries.ts";
import { xledger } from "../../supabase/functions/_shared/connectors/xledger.ts";
import { batchOf, bookedOnce, startXledgerTest, vouchers } from "./xledger_tenant.ts";

const states = (results: readonly EntryResult[]) =>
  Object.entries(Object.groupBy(results, ({ state }) => state))
    .map(([state, list]) => `${list?.length} ${state}`).sort().join(", ");
const lookup = async (test: Awaited<ReturnType<typeof startXledgerTest>>, count: number) => {
  const outcome = await test.connector.lookup?.(test.context, vouchers(count));
  return outcome ?? assert.fail("there is no lookup");
};

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
        const again = entries.filter(({ entry_key }) => found.absent.includes(entry_key));
        const second = await test.connector.export(test.context, batchOf(again));
        const results = [...first.results, ...found.settled, ...second.results];
        assert.equal(states(results.filter(({ state }) => state !== "unknown")), "3 rejected, 9 exported");
        if (!isUnclear) assert.match(JSON.stringify(results), /account: 9999|Account 9999/);
        assert.equal(bookedOnce(test.vendor), 9);
      });
    }
  }
}

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

Deno.test("xledger counts staged vouchers as exported when it is told to", async () => {
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

const timedOut = { message: "Your query timed out." };
const outcomes:
  readonly (readonly [what: string, fault: Fault, state: string, errorClass: string, booked: number])[] = [
    ["the connection is dropped before", { kind: "drop" }, "unknown", "ambiguous", 0],
    ["the connection is dropped after", { kind: "apply_then_drop" }, "unknown", "ambiguous", 2],
    ["the answer does not come in time", { kind: "apply_then_hang" }, "unknown", "ambiguous", 2],
    ["a 408 comes after", { kind: "apply_then_status", status: 408 }, "unknown", "ambiguous", 2],
    ["a 429 comes after", { kind: "apply_then_status", status: 429 }, "unknown", "rate_limited", 2],
    ["a 502 comes after", { kind: "apply_then_status", status: 502 }, "unknown", "ambiguous", 2],
    ["a 503 comes after", { kind: "apply_then_status", status: 503 }, "unknown", "ambiguous", 2],
    ["a 504 comes after", { kind: "apply_then_status", status: 504 }, "unknown", "ambiguous", 2],
    ["a 200 of rubbish comes after", { kind: "apply_then_status", status: 200 }, "unknown", "ambiguous", 2],
    ["it timed out inside after", { kind: "apply_then_error", error: timedOut }, "unknown", "ambiguous", 2],
    ["it timed out inside before", { kind: "error", error: timedOut }, "unknown", "ambiguous", 0],
    ["a 503 comes before", { kind: "status", status: 503 }, "unknown", "ambiguous", 0],
    ["a 401 comes", { kind: "status", status: 401 }, "pending", "permanent", 0],
    ["a 404 comes", { kind: "status", status: 404 }, "pending", "permanent", 0],
    [
      "a limit is hit",
      { kind: "error", error: { message: "m", code: "BAD_REQUEST.INSUFFICIENT_CREDITS" } },
      "pending",
      "rate_limited",
      0,
    ],
  ];
for (const [what, fault, state, errorClass, booked] of outcomes) {
  Deno.test(`xledger calls vouchers ${state} when ${what}, and books them once in the end`, async () => {
    await using test = await startXledgerTest();
    test.vendor.misbehave({ ...fault, on: "mutation" });
    const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(2)));
    assert.equal(states(results), `2 ${state}`);
    assert.equal(failure?.class, errorClass);
    assert.equal(bookedOnce(test.vendor), booked);

    let found = await lookup(test, 2);
    for (let look = 1; found.failure !== undefined && look < 4; look++) {
      assert.equal(found.failure.code, "xledger_not_visible");
      assert.deepEqual(found.absent, []);
      test.clock.advance((found.failure.retry_after_seconds ?? 0) * 1000);
      found = await lookup(test, 2);
    }
    assert.deepEqual([found.settled.length, found.absent.length], [booked, 2 - booked]);
    const absent = vouchers(2).filter(({ entry_key }) => found.absent.includes(entry_key));
    const second = await test.connector.export(test.context, batchOf(absent));
    assert.equal(states([...found.settled, ...second.results]), "2 exported");
    assert.equal(bookedOnce(test.vendor), 2);
  });
}

Deno.test("xledger finds a voucher when the mutation went on after we had given up waiting", async () => {
  await using test = await startXledgerTest();
  test.vendor.misbehave({ kind: "hold", on: "mutation" });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(1)));
  assert.equal(states(results), "1 unknown");
  assert.deepEqual((await lookup(test, 1)).absent, []);
  test.vendor.release();
  await until("the mutation is through", () => test.vendor.ledger.journal.length > 0);
  test.clock.advance(300_000);
  assert.equal(states((await lookup(test, 1)).settled), "1 exported");
});

Deno.test("xledger does not send again when a voucher was invisible at two looks, by staging and by import", async () => {
  await using test = await startXledgerTest({ visibilityDelayMs: 299_000, importDelayMs: 1_000_000 });
  test.vendor.misbehave({ kind: "apply_then_drop", on: "mutation" });
  await test.connector.export(test.context, batchOf(vouchers(1)));
  // Not visible yet; then, between 1,000 s and 1,299 s, taken out of the staged items and not yet in the journal.
  assert.deepEqual((await lookup(test, 1)).absent, []);
  test.clock.advance(1_000_000);
  assert.deepEqual((await lookup(test, 1)).absent, []);
  test.clock.advance(300_000);
  assert.equal(states((await lookup(test, 1)).settled), "1 exported");
  assert.equal(bookedOnce(test.vendor), 1);
});

Deno.test("xledger does not send again when a mutation that was lost sight of is late, and each of its traces too", async () => {
  await using test = await startXledgerTest({ visibilityDelayMs: 299_000, importDelayMs: 300_000 });
  test.vendor.misbehave({ kind: "apply_later", on: "mutation", afterMs: 290_000 });
  await test.connector.export(test.context, batchOf(vouchers(1)));
  // Not carried out; then staged and not visible; then imported, and not visible in the journal.
  for (let looks = 0; looks < 3; looks++) {
    assert.deepEqual((await lookup(test, 1)).absent, []);
    test.clock.advance(300_000);
  }
  assert.equal(states((await lookup(test, 1)).settled), "1 exported");
  assert.equal(bookedOnce(test.vendor), 1);
});

Deno.test("xledger rejects a voucher when only a part of it arrived and the import refuses that", async () => {
  await using test = await startXledgerTest({ importDelayMs: 60_000 });
  test.vendor.misbehave({ kind: "apply_part_then_drop", on: "mutation", nodes: 5 });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(3)));
  assert.equal(states(results), "3 unknown");
  const early = await lookup(test, 3);
  assert.equal(early.failure?.code, "xledger_partial_voucher");
  assert.match(early.failure?.message ?? "", /UB-2026-00001/);
  test.clock.advance(60_000);
  const found = await lookup(test, 3);
  assert.equal(states(found.settled), "1 exported, 1 rejected");
  assert.match(JSON.stringify(found.settled), /Only 2 of its 3 lines arrived/);
  assert.equal(bookedOnce(test.vendor), 1);
});

Deno.test("xledger sends the rest later when a limit is hit between two mutations", async () => {
  await using test = await startXledgerTest({ burst: { requests: 3, perMs: 5000 } }, { max_nodes: 6 });
  const context = { ...test.context, deadline: test.clock.elapsed() + 4_000 };
  const { results, failure } = await test.connector.export(context, batchOf(vouchers(4)));
  assert.equal(states(results), "2 pending, 2 unknown");
  assert.deepEqual([failure?.class, failure?.retry_after_seconds], ["rate_limited", 5]);
  // The database may call all of them unknown; what was not sent needs no patience all the same.
  test.clock.advance(5_000);
  const found = await lookup(test, 4);
  assert.deepEqual([states(found.settled), found.absent], ["2 exported", ["expense-2", "expense-3"]]);
});

Deno.test("xledger waits for a short limit in between when there is time", async () => {
  await using test = await startXledgerTest({ burst: { requests: 3, perMs: 5000 } }, { max_nodes: 6 });
  const { results } = await test.connector.export(test.context, batchOf(vouchers(8)));
  assert.equal(states(results), "8 exported");
  assert.equal(bookedOnce(test.vendor), 8);
});

Deno.test("xledger waits for its credits as long as the answer says", async () => {
  await using test = await startXledgerTest({ credits: 0 });
  test.vendor.behaviour.creditsResetAt = test.clock.now() + 90_000;
  const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(1)));
  assert.equal(states(results), "1 pending");
  assert.deepEqual([failure?.class, failure?.retry_after_seconds], ["rate_limited", 90]);
});

Deno.test("xledger begins no mutation when the slice is over", async () => {
  await using test = await startXledgerTest({}, { max_nodes: 3 });
  const context = { ...test.context, deadline: -1 };
  const { results, failure } = await test.connector.export(context, batchOf(vouchers(2)));
  assert.equal(states(results), "2 pending");
  assert.equal(failure?.code, "xledger_out_of_time");
  assert.equal(test.vendor.ledger.staged.length, 0);
});

Deno.test("xledger says that the token is at fault when it is", async () => {
  await using test = await startXledgerTest();
  const stranger = xledger.open(test.config, { token: "another" });
  const pinged = await stranger.ping(test.context);
  assert.equal(pinged.ok ? "ok" : pinged.failure.code, "xledger_access_refused");
  const { results, failure } = await stranger.export(test.context, batchOf(vouchers(1)));
  assert.equal(states(results), "1 pending");
  assert.deepEqual([failure?.class, failure?.code], ["permanent", "xledger_access_refused"]);
});

Deno.test("xledger's ping says ok, and transient when nobody answers", async () => {
  await using test = await startXledgerTest();
  assert.deepEqual(await test.connector.ping(test.context), { ok: true });
  test.vendor.misbehave({ kind: "drop" });
  const pinged = await test.connector.ping(test.context);
  assert.equal(pinged.ok ? "ok" : pinged.failure.class, "transient");
});

Deno.test("xledger breaks off and throws when the lease is lost during a mutation", async () => {
  await using test = await startXledgerTest();
  const lost = new AbortController();
  test.vendor.misbehave({ kind: "apply_then_hang", on: "mutation" });
  const exported = test.connector.export({ ...test.context, signal: lost.signal }, batchOf(vouchers(1)));
  await until("the mutation", () => test.vendor.requests.some(({ kind }) => kind === "mutation"));
  lost.abort(new Error("the lease is lost"));
  await assert.rejects(exported, { message: "the lease is lost" });
});

Deno.test("xledger never shows the token when an error quotes it", async () => {
  await using test = await startXledgerTest();
  const error = { message: `No rights for ${test.vendor.token}` };
  test.vendor.misbehave({ kind: "error", error, on: "mutation" });
  const outcome = await test.connector.export(test.context, batchOf(vouchers(1)));
  assert.match(outcome.failure?.message ?? "", /No rights for \.\.\./);
  assert.ok(!JSON.stringify(outcome).includes(test.vendor.token));
});
