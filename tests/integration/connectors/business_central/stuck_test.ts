import assert from "node:assert/strict";
import { Outbox } from "../../../../supabase/functions/integration-sync/testing/outbox_worker_api.ts";
import { runSlice, type SliceEnd } from "../../../../supabase/functions/integration-sync/jobs/run_slice.ts";
import { leave, open } from "./actions.ts";
import { assertPostedOnce, type BusinessCentralTest, expense, startBusinessCentralTest } from "./tenant.ts";

/** One attempt over the outbox. */
async function attempt(bench: BusinessCentralTest, outbox: Outbox): Promise<SliceEnd> {
  const claim = outbox.claim({
    integration_type: "dynamics",
    config: { ...bench.config, batch_size: 2 },
    credentials: bench.credentials,
    lease_seconds: 1e9,
    heartbeat_seconds: 1e9,
  });
  return await bench.run(runSlice(outbox.begin(), claim, bench.clock.elapsed(), {
    connectors: [bench.connector],
    clock: bench.clock,
    random: () => 0,
    fetch: bench.fetch,
    log: () => {},
    retiring: new AbortController().signal,
  }));
}

const failureOf = (end: SliceEnd) => end.outcome === "failed" ? end.failure.code : end.outcome;

Deno.test("Business Central goes on with other batches when one is refused again and nothing of it can come late", async () => {
  await using bench = await startBusinessCentralTest();
  const [first, second, third] = [expense(1), expense(2), expense(3)];
  const outbox = new Outbox([first, second, third]);
  // The first send is lost. Then the accountant closes the accounts that it uses.
  bench.fake.misbehave({ on: "batch", kind: "drop" });
  assert.equal(failureOf(await attempt(bench, outbox)), "business_central_outcome_unknown");
  outbox.nextRun();
  bench.fake.company.blockedAccounts.add("6860");
  assert.equal(failureOf(await attempt(bench, outbox)), "business_central_not_visible");
  assert.equal(outbox.keys("pending").length, 1, "nothing else is sent while it may still come");
  await bench.clock.advance(616_000);
  // What is refused now uses another account than the third voucher.
  Object.assign(third.payload as { lines: unknown }, {
    lines: [{ account: "7140", debit: "100.10" }, { account: "2910", credit: "100.10" }],
  });
  const end = await attempt(bench, outbox);
  assert.deepEqual(
    [outbox.keys("exported"), outbox.keys("unknown").length],
    [[third.entry_key], 2],
    failureOf(end),
  );
  assertPostedOnce(bench, [third]);

  // The account is opened again: the batch goes out in the next run.
  bench.fake.company.blockedAccounts.delete("6860");
  outbox.nextRun();
  for (let left = 3; left > 0 && outbox.keys("unknown").length > 0; left--) {
    await attempt(bench, outbox);
    await bench.clock.advance(616_000);
  }
  assert.equal(outbox.keys("exported").length, 3);
  assertPostedOnce(bench, [first, second, third]);
});

Deno.test("Business Central holds other batches back while lines are in the journal, or may still come there", async () => {
  await using bench = await startBusinessCentralTest();
  const { independentBatches } = open(bench);
  assert.ok(typeof independentBatches === "function");
  const ask = () => bench.run(independentBatches(bench.context(), []));
  assert.equal(await ask(), false, "it is not known when something was last sent");
  await bench.clock.advance(616_000);
  assert.equal(await ask(), true);
  leave(bench, expense(1), 1);
  assert.equal(await ask(), false);
  bench.fake.journal.lines.length = 0;
  bench.fake.misbehave({ on: "read", kind: "status", status: 503 });
  assert.equal(await ask(), false, "and not when it cannot be asked");
});
