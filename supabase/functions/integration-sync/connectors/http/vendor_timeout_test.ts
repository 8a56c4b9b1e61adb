import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { fakeTimeouts } from "../../testing/fake_timeouts.ts";
import { vendorSignal, vendorTimeout } from "./vendor_timeout.ts";

const grace = vendorTimeout.longest * 1000;
const clock = new FakeClock();

for (
  const [when, deadline, seconds, limit] of [
    ["its whole time when the slice is about to end", 1, 30, 30_000],
    ["its whole time when the slice has just ended", -1, 30, 30_000],
    ["what is left of the slice's grace when it begins after the deadline", 5_000 - grace, 30, 5_000],
    ["no time when the slice's grace is over", -2 * grace, 30, 0],
  ] as const
) {
  Deno.test(`vendorSignal gives a call ${when}`, () => {
    using timeouts = fakeTimeouts();
    const signal = vendorSignal(testContext({ clock, deadline }), seconds);
    assert.deepEqual(timeouts.limits, [limit]);
    assert.equal(signal.aborted, false);
    timeouts.expire();
    assert.equal(signal.reason.name, "TimeoutError");
  });
}

Deno.test("vendorSignal ends a call with the lease's reason when the lease is lost", () => {
  using timeouts = fakeTimeouts();
  const lost = new AbortController();
  const signal = vendorSignal(testContext({ signal: lost.signal }), 30);
  assert.equal(timeouts.limits.length, 1);
  lost.abort(new Error("the lease is lost"));
  assert.equal(signal.reason.message, "the lease is lost");
});
