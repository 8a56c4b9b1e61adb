import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { vendorSignal, vendorTimeout } from "./vendor_timeout.ts";

const grace = vendorTimeout.longest * 1000;
const clock = new FakeClock();

/** Resolves with why the signal was aborted. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

Deno.test("vendorSignal gives a call its whole time when the slice is about to end", async () => {
  // The deadline is 1 ms away, the time-out 50 ms.
  const signal = vendorSignal(testContext({ clock, deadline: 1 }), 0.05);
  assert.equal(signal.aborted, false);
  assert.ok(isTimeout(await aborted(signal)));
});

Deno.test("vendorSignal ends a call with the slice's grace when it begins after the deadline", async () => {
  const signal = vendorSignal(testContext({ clock, deadline: 50 - grace }), vendorTimeout.usual);
  assert.equal(signal.aborted, false);
  assert.ok(isTimeout(await aborted(signal)));
  const late = vendorSignal(testContext({ clock, deadline: -2 * grace }), vendorTimeout.usual);
  assert.ok(isTimeout(late.aborted ? late.reason : await aborted(late)));
});

Deno.test("vendorSignal ends a call with the lease's reason when the lease is lost", () => {
  const lost = new AbortController();
  const signal = vendorSignal(testContext({ signal: lost.signal }), 0.05);
  lost.abort(new Error("the lease is lost"));
  assert.equal(signal.reason.message, "the lease is lost");
});
