import assert from "node:assert/strict";
import { retry } from "./retry.ts";
import { FakeClock } from "../testing/fake_clock.ts";

Deno.test("retry waits a random part of each delay when a call keeps failing", async () => {
  const clock = new FakeClock();
  const calledAt: number[] = [];
  const call = () => {
    calledAt.push(clock.elapsed());
    return Promise.reject(new Error(`call ${calledAt.length}`));
  };
  const result = retry(call, { clock, random: () => 0.5, delays: [100, 1000], isRetryable: () => true });
  const rejected = assert.rejects(result, { message: "call 3" });
  await clock.advance(550);
  await rejected;
  assert.deepEqual(calledAt, [0, 50, 550]);
});

Deno.test("retry does not repeat when the error is not worth it", async () => {
  let calls = 0;
  const call = () => {
    calls++;
    return Promise.reject(new Error("no"));
  };
  const options = { clock: new FakeClock(), random: () => 0, delays: [1, 1], isRetryable: () => false };
  await assert.rejects(retry(call, options), { message: "no" });
  assert.equal(calls, 1);
});

Deno.test("retry stops waiting when its signal is aborted", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const call = () => Promise.reject(new Error("no"));
  const options = { clock, random: () => 1, delays: [1000], isRetryable: () => true, signal: stop.signal };
  const rejected = assert.rejects(retry(call, options), { message: "stopped" });
  await clock.advance(0);
  stop.abort(new Error("stopped"));
  await rejected;
});
