import assert from "node:assert/strict";
import fc from "fast-check";
import type { Behaviour, Fault } from "../../../../local/vendors/xledger/server.ts";
import { xledger } from "../../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import { nameLines } from "../../../../supabase/functions/integration-sync/connectors/xledger/voucher.ts";
import { runSlice } from "../../../../supabase/functions/integration-sync/jobs/run_slice.ts";
import { FakeOutbox } from "../../../support/fake_outbox.ts";
import { startXledgerTest, vouchers, type XledgerTest } from "./tenant.ts";

const cases = Number(Deno.env.get("XLEDGER_CASES") ?? 12);
const seed = Number(Deno.env.get("XLEDGER_SEED") ?? 20261123);
const mostAttempts = 200;

const timedOut = { message: "Your query timed out." };
const limits = ["BURST_RATE_LIMIT_REACHED", "CONCURRENCY_LIMIT_REACHED", "INSUFFICIENT_CREDITS"];
const statuses = fc.constantFrom(408, 429, 500, 502, 503, 504);
const on = fc.constantFrom("mutation" as const, "mutation" as const, "query" as const);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ on, kind: fc.constantFrom("drop" as const, "apply_then_drop" as const) }),
  fc.record({ on, kind: fc.constantFrom("status" as const, "apply_then_status" as const), status: statuses }),
  fc.record({
    on,
    kind: fc.constantFrom("error" as const, "apply_then_error" as const),
    error: fc.constantFrom(timedOut, { message: "Object reference not set" }),
  }),
  fc.record({
    on,
    kind: fc.constant("error" as const),
    error: fc.constantFrom(...limits).map((code) => ({ message: "m", code: `BAD_REQUEST.${code}` })),
  }),
  fc.record({
    on: fc.constant("mutation" as const),
    kind: fc.constant("apply_part_then_drop" as const),
    nodes: fc.integer({ min: 0, max: 20 }),
  }),
);

const behaviour: fc.Arbitrary<Partial<Behaviour>> = fc.record({
  importDelayMs: fc.constantFrom(0, 500, 30_000, 900_000),
  visibilityDelayMs: fc.constantFrom(0, 3_000, 60_000, 299_000),
  keepsImported: fc.boolean(),
  atomic: fc.boolean(),
  checksAccounts: fc.constantFrom("at_mutation" as const, "at_import" as const),
  errorLink: fc.constantFrom("transactionDbId" as const, "dbId" as const),
  dbIds: fc.constantFrom("number" as const, "string" as const),
  echoesClientId: fc.boolean(),
  burst: fc.record({ requests: fc.integer({ min: 8, max: 20 }), perMs: fc.constant(5000) }),
  credits: fc.constantFrom(3, 10, Infinity, Infinity),
  pageSize: fc.constantFrom(2, 1000),
});

const schedule = fc.record({
  count: fc.integer({ min: 1, max: 10 }),
  batchSize: fc.integer({ min: 1, max: 10 }),
  maxNodes: fc.integer({ min: 3, max: 30 }),
  bad: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
  faults: fc.array(fault, { maxLength: 8 }),
  behaviour,
  /** What becomes of the first attempts: the worker dies, or the run ends and the next begins without a checkpoint. */
  ends: fc.array(fc.constantFrom("reported", "reported", "lost", "new_run"), { maxLength: 8 }),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

Deno.test("xledger books every voucher exactly once whatever goes wrong on the way", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (plan) => {
      const config = { batch_size: plan.batchSize, max_nodes: plan.maxNodes };
      await using test = await startXledgerTest(plan.behaviour, config);
      test.vendor.behaviour.creditsResetAt = test.clock.now() + 600_000;
      test.vendor.misbehave(...plan.faults);
      await checkLedger(test, await work(test, plan), plan);
    }),
    { numRuns: cases, seed, endOnFailure: Deno.env.has("XLEDGER_NO_SHRINK") },
  );
});

/** Attempt after attempt, as the engine would start them, until nothing is open. */
async function work(test: XledgerTest, plan: Schedule): Promise<FakeOutbox> {
  const outbox = new FakeOutbox(vouchers(plan.count, plan.bad), {
    integration_type: "xledger",
    integration_id: test.context.integration_id,
    config: test.config,
    credentials: { token: test.vendor.token },
  });
  for (let attempt = 0; outbox.isOpen; attempt++) {
    assert.ok(attempt < mostAttempts, `still open: ${JSON.stringify(outbox.rows)}`);
    const how = plan.ends[attempt] ?? "reported";
    const { api, end } = outbox.attempt(how === "lost");
    const sliceEnd = await runSlice(api, outbox.nextClaim(), test.clock.elapsed(), {
      connectors: [xledger],
      clock: test.clock,
      random: () => 0.5,
      fetch,
      log: (event, fields) => assert.fail(`${event}: ${JSON.stringify(fields)}`),
      retiring: new AbortController().signal,
    });
    end();
    if (how === "new_run") outbox.checkpoint = null;
    const hint = sliceEnd.outcome === "failed" ? sliceEnd.failure.retry_after_seconds : null;
    test.clock.advance((hint ?? 30) * 1000);
  }
  return outbox;
}

async function checkLedger(test: XledgerTest, outbox: FakeOutbox, plan: Schedule): Promise<void> {
  const counts = test.vendor.ledger.counts();
  for (const { entry, state, result } of outbox.rows) {
    const { ids } = await nameLines(test.context.integration_id, entry);
    const booked = ids.map((id) => counts.get(id) ?? 0);
    const times = state === "exported" ? 1 : 0;
    assert.deepEqual(booked, [times, times, times], `${entry.entry_key} is ${state}`);
    for (const id of ids) counts.delete(id);
    // Only a voucher that is bad, or that a fault has cut in two, may be rejected.
    const isBad = plan.bad.includes(Number(entry.entry_key.split("-")[1]));
    const isCut = JSON.stringify(result).includes("lines arrived");
    assert.equal(state === "rejected", isBad || isCut, `${entry.entry_key}: ${JSON.stringify(result)}`);
  }
  assert.equal(counts.size, 0);
}
