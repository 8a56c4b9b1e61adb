import assert from "node:assert/strict";
import { until } from "../../../../local/wait.ts";
import { xledger } from "../../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import { batchOf, bookedOnce, lookup, startXledgerTest, states, vouchers } from "./tenant.ts";

Deno.test("xledger sends the rest later when a limit is hit between two mutations", async () => {
  await using test = await startXledgerTest({ burst: { requests: 3, perMs: 5000 } }, { max_nodes: 6 });
  const context = { ...test.context, deadline: test.clock.elapsed() + 4_000 };
  const { results, failure } = await test.connector.export(context, batchOf(vouchers(4)));
  assert.equal(states(results), "2 pending, 2 unknown");
  assert.deepEqual([failure?.class, failure?.retry_after_seconds], ["rate_limited", 5]);
  // The database may call all of them unknown; what was not sent is absent at the first look all the same.
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

Deno.test("xledger's ping says ok, and transient when there is no answer", async () => {
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
  // Also where its words are cut, in the middle of the second one.
  const said = `No rights for ${test.vendor.token} `;
  const error = { message: said.padEnd(295, "x") + test.vendor.token };
  test.vendor.misbehave({ kind: "error", error, on: "mutation" });
  const outcome = await test.connector.export(test.context, batchOf(vouchers(1)));
  assert.match(outcome.failure?.message ?? "", /No rights for \*\*\* x+\*\*\*/);
  assert.ok(!JSON.stringify(outcome).includes(test.vendor.token.slice(0, 5)));
});
