/** What Business Central refuses when it posts: whose fault it is, and what becomes of the vouchers. */
import assert from "node:assert/strict";
import type { ExportOutcome } from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { batch_id, exportedBoth, failed, open, resend, send, states, two } from "./actions.ts";
import { assertPostedOnce, type BusinessCentralTest, expense, startBusinessCentralTest } from "./tenant.ts";

const blockedLines = [{ account: "7140", debit: "1.00" }, { account: "2910", credit: "1.00" }];

/** Vouchers; those with a number in `blocked` post to an account that takes no postings. */
function vouchers(bench: BusinessCentralTest, count: number, blocked: readonly number[]): Entry[] {
  bench.fake.company.blockedAccounts.add("7140");
  return Array.from(
    { length: count },
    (_, index) => expense(index + 1, blocked.includes(index + 1) ? { lines: blockedLines } : {}),
  );
}

/** A first attempt while each request takes so many seconds. */
async function sendSlowly(
  bench: BusinessCentralTest,
  entries: readonly Entry[],
  seconds: number,
): Promise<ExportOutcome> {
  const context = bench.context({
    fetch: async (input, init) => {
      await bench.clock.advance(seconds * 1000);
      return await bench.fetch(input, init);
    },
  });
  return await bench.run(open(bench).export(context, { batch_id, resend: false, entries }));
}

const keysOf = ({ results }: ExportOutcome, state: string): string[] =>
  results.filter((result) => result.state === state).map(({ entry_key }) => entry_key).sort();

Deno.test("Business Central keeps vouchers open and fails for good when each is refused in the same words", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.company.closedPeriods.add("2026-01");
  const outcome = await send(bench);
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual(failed(outcome), ["permanent", "business_central_refused_all"]);
  assert.deepEqual(bench.fake.journal.lines, []);
});

Deno.test("Business Central rejects what is left of a batch when each is refused in the same words", async () => {
  await using bench = await startBusinessCentralTest();
  const lines = [{ account: "9999", debit: "1.00" }, { account: "2910", credit: "1.00" }];
  const bad = [expense(3, { lines }), expense(4, { lines })];
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  await send(bench, [...two, ...bad]);
  await bench.clock.advance(700_000);
  assert.equal(states(await resend(bench, [...two, ...bad])), "exported exported rejected rejected");
});

for (const blocked of [[1], [25], [13], [1, 2, 3, 12, 25]]) {
  Deno.test(`Business Central rejects vouchers ${blocked} of 25 alone when a posting is refused for them`, async () => {
    await using bench = await startBusinessCentralTest();
    const entries = vouchers(bench, 25, blocked);
    const outcome = await send(bench, entries);
    assert.equal(outcome.failure, undefined);
    const bad = blocked.map((number) => expense(number).entry_key);
    assert.deepEqual(keysOf(outcome, "rejected"), bad);
    assertPostedOnce(bench, entries.filter(({ entry_key }) => !bad.includes(entry_key)));
    assert.deepEqual(bench.fake.journal.lines, []);
  });
}

Deno.test("Business Central says what is wrong when the time is over before it has refused all of a batch", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.company.closedPeriods.add("2026-01");
  const outcome = await sendSlowly(bench, vouchers(bench, 25, []), 0.7);
  assert.deepEqual(failed(outcome), ["permanent", "business_central_refused_all"]);
  assert.match(outcome.failure?.message ?? "", /Posting Date .* So it said of each of \d+ of 25 vouchers/);
  assert.deepEqual(keysOf(outcome, "rejected"), []);
  assert.equal(bench.fake.company.ledger.length, 0);
});

Deno.test("Business Central gets on from slice to slice when many are refused and it is slow", async () => {
  await using bench = await startBusinessCentralTest();
  const blocked = [2, 5, 8, 11, 14, 17, 20, 23];
  const entries = vouchers(bench, 24, blocked);
  const settled = new Map<string, string>();
  for (let slices = 1; settled.size < entries.length; slices++) {
    assert.ok(slices < 12, `${settled.size} are settled`);
    // As the engine does: what was put off goes out with what comes behind it.
    const batch = entries.filter(({ entry_key }) => !settled.has(entry_key)).slice(0, 12);
    const { results, failure } = await sendSlowly(bench, batch, 0.7);
    const before = settled.size;
    for (const { entry_key, state } of results) {
      if (state === "exported" || state === "rejected") settled.set(entry_key, state);
    }
    assert.ok(settled.size > before, `nothing was settled: ${failure?.message}`);
  }
  const bad = blocked.map((number) => expense(number).entry_key);
  const rejected = [...settled].filter(([, state]) => state === "rejected").map(([entry_key]) => entry_key);
  assert.deepEqual(rejected.sort(), bad);
  assertPostedOnce(bench, entries.filter(({ entry_key }) => !bad.includes(entry_key)));
});

for (let number = 1; number <= 8; number++) {
  Deno.test(`Business Central finds vouchers that a late posting took before request ${number} when it speaks Norwegian`, async () => {
    await using bench = await startBusinessCentralTest();
    bench.fake.company.language = "nb";
    bench.fake.misbehave({ on: "post", kind: "apply_later" });
    await send(bench);
    let requests = 0;
    bench.beforeRequest = () => {
      if (++requests === number) bench.fake.carryOutLate();
    };
    assert.deepEqual((await resend(bench)).results, exportedBoth);
    assertPostedOnce(bench, two);
  });
}

const lock =
  "The operation could not complete because a record in the G/L Entry table was locked by another user.";
for (
  const [what, status, error] of [
    ["409", 409, { code: "Internal_ServerError", message: "Sorry, please retry the activity." }],
    ["400 that speaks of a lock", 400, { code: "Application_DialogException", message: lock }],
  ] as const
) {
  for (const on of ["batch", "post"] as const) {
    Deno.test(`Business Central rejects nothing and tries again when a ${on} is answered with a ${what}`, async () => {
      await using bench = await startBusinessCentralTest();
      bench.fake.misbehave({ on, kind: "status", status, body: { error } });
      const outcome = await send(bench);
      assert.deepEqual(failed(outcome), ["transient", "business_central_busy"]);
      assert.deepEqual(keysOf(outcome, "rejected"), []);
      const again = states(outcome) === "pending pending" ? await send(bench) : await resend(bench);
      assert.deepEqual(again.results, exportedBoth);
      assertPostedOnce(bench, two);
    });
  }
}

const gateways = [
  ["a page", "<html><body>I'm a teapot</body></html>"],
  ["nothing", ""],
  ["a gateway's own JSON", '{"error":{"code":418,"message":"Short and stout."}}'],
] as const;
for (const [what, text] of gateways) {
  for (const on of ["read", "batch", "post"] as const) {
    Deno.test(`Business Central rejects no voucher when a ${on} is answered with 418 and ${what}`, async () => {
      await using bench = await startBusinessCentralTest();
      const one = two.slice(0, 1);
      bench.fake.misbehave({ on, kind: "status", status: 418, text });
      const outcome = await send(bench, one);
      // After a Post its lines are in the journal, where the next attempt finds them.
      assert.equal(states(outcome), on === "post" ? "unknown" : "pending");
      assert.deepEqual(failed(outcome), ["permanent", "business_central_no_reason"]);
      assert.match(outcome.failure?.message ?? "", /status 418/);
      const again = on === "post" ? await resend(bench, one) : await send(bench, one);
      assert.equal(states(again), "exported");
      assertPostedOnce(bench, one);
    });
  }
}

Deno.test("Business Central rejects nothing and stops posting a batch when a part of it is answered with 418 and a page", async () => {
  await using bench = await startBusinessCentralTest();
  const entries = vouchers(bench, 3, [1]);
  // The whole is refused for the first; then the first alone, and the last alone meets the gateway.
  bench.beforeRequest = () => {
    const posts = bench.fake.requests.filter((request) => request.includes("Microsoft.NAV.post")).length;
    if (posts !== 2) return;
    bench.beforeRequest = () => {};
    bench.fake.misbehave({ on: "post", kind: "status", status: 418, text: "<html></html>" });
  };
  const outcome = await send(bench, entries);
  assert.deepEqual(failed(outcome), ["permanent", "business_central_no_reason"]);
  assert.equal(states(outcome), "pending pending unknown");
  assert.equal(bench.fake.company.ledger.length, 0);
  await bench.clock.advance(700_000);
  assert.equal(states(await resend(bench, entries)), "rejected exported exported");
  assertPostedOnce(bench, entries.slice(1));
  assert.deepEqual(bench.fake.journal.lines, []);
});
