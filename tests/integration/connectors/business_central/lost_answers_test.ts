import assert from "node:assert/strict";
import type { Fault } from "../../../../local/vendors/business_central/business_central.ts";
import { exportedBoth, failed, resend, send, sendUntilSettled, states, two } from "./actions.ts";
import { assertPostedOnce, expense, startBusinessCentralTest } from "./tenant.ts";

const lostAfterCommit: readonly Fault[] = [
  { kind: "apply_then_drop" },
  ...[408, 409, 500, 502, 503, 504].map((status) => ({ kind: "apply_then_status", status }) as const),
];
for (const on of ["batch", "post"] as const) {
  for (
    const fault of [...lostAfterCommit, { kind: "drop" }, { kind: "apply_later" }, { kind: "hang" }] as const
  ) {
    const name = "status" in fault ? `${fault.kind} ${fault.status}` : fault.kind;
    Deno.test(`Business Central posts each voucher once when a ${on} is hit by ${name}`, async () => {
      await using bench = await startBusinessCentralTest({ timeout_seconds: fault.kind === "hang" ? 5 : 60 });
      bench.fake.misbehave({ ...fault, on });
      const first = await send(bench);
      assert.equal(states(first), "unknown unknown");
      assert.deepEqual(failed(first), ["ambiguous", "business_central_outcome_unknown"]);
      assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
      bench.fake.carryOutLate();
      assertPostedOnce(bench, two);
    });
  }
}

Deno.test("Business Central looks a posting up when it is answered with a page instead of a 204", async () => {
  for (
    const fault of [{ kind: "status", status: 200, body: "<html>" }, {
      kind: "apply_then_status",
      status: 200,
    }]
  ) {
    await using bench = await startBusinessCentralTest();
    bench.fake.misbehave({ ...fault, on: "post" } as Fault);
    const first = await send(bench);
    assert.equal(states(first), "unknown unknown");
    assert.deepEqual(failed(first), ["ambiguous", "business_central_outcome_unknown"]);
    assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
    assertPostedOnce(bench, two);
  }
});

Deno.test("Business Central completes the lines when a batch was cut short", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.misbehave({ on: "batch", kind: "apply_part_then_drop", operations: 2 });
  assert.equal(states(await send(bench)), "unknown unknown");
  assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
  assertPostedOnce(bench, two);
});

Deno.test("Business Central waits for what may still be carried out before it sends anything a second time", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.misbehave({ on: "batch", kind: "apply_later" });
  await send(bench);
  const waiting = await resend(bench);
  assert.deepEqual(failed(waiting), ["ambiguous", "business_central_not_visible"]);
  assert.ok((waiting.failure?.retry_after_seconds ?? 0) > 540);
  bench.fake.carryOutLate();
  // The lines are there now: no need to wait any longer.
  assert.equal(states(await resend(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

Deno.test("Business Central waits from now on when it does not know when something was last sent", async () => {
  await using bench = await startBusinessCentralTest();
  const waiting = await resend(bench);
  assert.equal(waiting.failure?.retry_after_seconds, 600);
  await bench.clock.advance(601_000);
  await bench.clock.advance(15_000);
  assert.equal(states(await resend(bench)), "exported exported");
});

Deno.test("Business Central finds in the ledger what shows there only later when the worker was lost", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.state.visibilityDelay = 10_000;
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  await send(bench);
  assert.equal(states(await resend(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

for (const delay of [0, 5000, 60_000]) {
  Deno.test(`Business Central posts each voucher once when a late posting comes amid its lines, visible after ${delay} ms`, async () => {
    await using bench = await startBusinessCentralTest();
    bench.fake.state.visibilityDelay = delay;
    const others = [expense(3), expense(4)];
    bench.fake.misbehave({ on: "post", kind: "apply_later" });
    await send(bench);
    assert.equal(states(await resend(bench)), "exported exported");
    // The first voucher has its three lines, and is in balance, when the posting takes what is there.
    bench.fake.misbehave({ on: "batch", kind: "late_amid", operations: 3 });
    let outcome = await send(bench, others);
    for (let attempt = 0; attempt < 5 && outcome.failure !== undefined; attempt++) {
      await bench.clock.advance((outcome.failure.retry_after_seconds ?? 30) * 1000);
      outcome = await resend(bench, others);
    }
    assert.equal(states(outcome), "exported exported");
    assertPostedOnce(bench, [...two, ...others]);
  });
}

for (const delay of [0, 5000]) {
  for (let number = 1; number <= 8; number++) {
    const name =
      `a late posting comes before request ${number} of the next attempt, visible after ${delay} ms`;
    Deno.test(`Business Central posts each voucher once when ${name}`, async () => {
      await using bench = await startBusinessCentralTest();
      bench.fake.state.visibilityDelay = delay;
      bench.fake.misbehave({ on: "post", kind: "apply_later" });
      await send(bench);
      let requests = 0;
      bench.beforeRequest = () => {
        if (++requests === number) bench.fake.carryOutLate();
      };
      assert.equal(states(await resend(bench)), "exported exported");
      assertPostedOnce(bench, two);
    });
  }
}
