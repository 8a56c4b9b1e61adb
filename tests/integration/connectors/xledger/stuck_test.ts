import assert from "node:assert/strict";
import { xledger } from "../../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import { Outbox } from "../../../../supabase/functions/integration-sync/testing/outbox_worker_api.ts";
import { runSlice, type SliceEnd } from "../../../../supabase/functions/integration-sync/jobs/run_slice.ts";
import { bookedOnce, startXledgerTest, vouchers, type XledgerTest } from "./tenant.ts";

/** One attempt over the outbox, in batches of two. */
async function attempt(test: XledgerTest, outbox: Outbox): Promise<SliceEnd> {
  const claim = outbox.claim({
    integration_type: "xledger",
    config: { ...test.config, batch_size: 2 },
    credentials: { token: test.vendor.token },
    lease_seconds: 1e9,
    heartbeat_seconds: 1e9,
  });
  return await runSlice(outbox.begin(), claim, test.clock.elapsed(), {
    connectors: [xledger],
    clock: test.clock,
    random: () => 0,
    fetch,
    log: () => {},
    retiring: new AbortController().signal,
  });
}

Deno.test("Xledger books other vouchers when its import does not come to those that an earlier run has left", async () => {
  // People start the import.
  await using test = await startXledgerTest({ importDelayMs: null });
  const outbox = new Outbox(vouchers(6));
  const first = await attempt(test, outbox);
  assert.equal(first.outcome === "failed" && first.failure.code, "xledger_import_pending");
  assert.ok(first.outcome === "failed" && first.stuckBatch !== undefined);

  outbox.nextRun();
  // What is staged from now on is imported at once.
  for (const item of test.vendor.ledger.staged) Object.assign(item, { stagedAt: Infinity });
  test.vendor.behaviour.importDelayMs = 0;
  await attempt(test, outbox);
  assert.deepEqual([outbox.keys("exported").length, outbox.keys("unknown").length], [4, 2]);
  assert.equal(bookedOnce(test.vendor), 4);

  test.vendor.importNow();
  outbox.nextRun();
  assert.equal((await attempt(test, outbox)).outcome, "succeeded");
  assert.equal(outbox.keys("exported").length, 6);
  assert.equal(bookedOnce(test.vendor), 6);
});
