import assert from "node:assert/strict";
import { until } from "../../../../local/wait.ts";
import type { Fault } from "../../../../local/vendors/xledger/server.ts";
import { batchOf, bookedOnce, lookup, startXledgerTest, states, vouchers } from "./tenant.ts";

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
    ["a 418 comes", { kind: "status", status: 418 }, "pending", "permanent", 0],
    ["a 425 comes", { kind: "status", status: 425 }, "pending", "transient", 0],
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
    // Real time: only what hangs waits for it, and a busy machine must not be late for it before.
    await using test = await startXledgerTest({}, {
      timeout_seconds: fault.kind === "apply_then_hang" ? 5 : 60,
    });
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
  await using test = await startXledgerTest({}, { timeout_seconds: 5 });
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
