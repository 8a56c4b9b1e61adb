import assert from "node:assert/strict";
import { SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeWorkerApi, testBatch } from "../testing/fake_worker_api.ts";
import { fails, hangs, slice, takesAll, two } from "../testing/slice_bench.ts";

Deno.test("runSlice aborts the send and falls silent when no heartbeat succeeds within the lease", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => {
    api.calls.push("heartbeat");
    return Promise.reject(new SyncError("database_unreachable", "down"));
  };
  const vendor = hangs();
  const end = slice(api, vendor.export, { clock });
  await vendor.started;
  await clock.advance(59_999);
  assert.deepEqual(api.calls, ["reserve", "heartbeat", "heartbeat", "heartbeat"]);
  await clock.advance(1);
  assert.equal((await vendor.aborted as SyncError).code, "lease_lost");
  assert.equal((await end).outcome, "abandoned");
  assert.equal(api.calls.includes("record") || api.calls.includes("finish"), false);
});

Deno.test("runSlice aborts at the end of the lease when a heartbeat hangs", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => new Promise(() => {});
  const vendor = hangs();
  const end = slice(api, vendor.export, { clock });
  await vendor.started;
  await clock.advance(60_000);
  assert.equal((await vendor.aborted as SyncError).code, "lease_lost");
  assert.equal((await end).outcome, "abandoned");
});

Deno.test("runSlice counts the lease from the claim's call when the claim is answered late", async () => {
  const clock = new FakeClock();
  const claimedAt = clock.elapsed();
  await clock.advance(20_000);
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => Promise.reject(new SyncError("database_unreachable", "down"));
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  api.reserveEntries = (_size, signal) => {
    asked.resolve(signal);
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  const end = slice(api, takesAll, { clock, claimedAt });
  const signal = await asked.promise;
  // Until 60 s after the claim the database hands the run to no other worker.
  await clock.advance(39_999);
  assert.equal(signal?.aborted, false);
  await clock.advance(1);
  assert.equal(signal?.reason?.code, "lease_lost");
  assert.equal((await end).outcome, "abandoned");
});

Deno.test("runSlice counts its time budget from the claim's call when the claim is answered late", async () => {
  const clock = new FakeClock();
  const claimedAt = clock.elapsed();
  await clock.advance(20_000);
  let deadline = 0;
  await slice(new FakeWorkerApi(two), (context, batch) => {
    deadline = context.deadline;
    return takesAll(context, batch);
  }, { clock, claimedAt });
  assert.equal(deadline, 60_000);
});

for (const call of ["reserveEntries", "recordResults", "heartbeat"] as const) {
  Deno.test(`runSlice gives up a ${call} that is under way when the lease is lost`, async () => {
    const clock = new FakeClock();
    const api = new FakeWorkerApi(two);
    const asked = Promise.withResolvers<AbortSignal | undefined>();
    const hang = (signal?: AbortSignal) => {
      asked.resolve(signal);
      return new Promise<never>((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    };
    // Heartbeats fail. One that saves a checkpoint hangs.
    const down = () => Promise.reject(new SyncError("database_unreachable", "down"));
    api.heartbeat = (checkpoint, signal) => checkpoint === null ? down() : hang(signal);
    if (call === "reserveEntries") api.reserveEntries = (_size, signal) => hang(signal);
    if (call === "recordResults") api.recordResults = (_id, _results, signal) => hang(signal);
    const end = slice(api, async (context, batch) => {
      if (call === "heartbeat") await context.saveCheckpoint({ page: 7 });
      return await takesAll(context, batch);
    }, { clock });
    const signal = await asked.promise;
    await clock.advance(60_000);
    assert.equal(signal?.reason?.code, "lease_lost");
    assert.equal((await end).outcome, "abandoned");
  });
}

Deno.test("runSlice waits no longer for a rate limit when the lease is lost", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => Promise.reject(new SyncError("attempt_not_current", "over"));
  let ended = "";
  const end = slice(api, fails("rate_limited", 10), { clock, claim: { heartbeat_seconds: 5 } })
    .then(({ outcome }) => ended = outcome);
  await clock.advance(5_000);
  assert.equal(ended, "abandoned");
  await end;
});

Deno.test("runSlice records nothing when the connector answers after the lease was lost", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => Promise.reject(new SyncError("database_unreachable", "down"));
  const end = slice(api, async (context, batch) => {
    await clock.sleep(61_000);
    return await takesAll(context, batch);
  }, { clock });
  await clock.advance(61_000);
  assert.equal((await end).outcome, "abandoned");
  assert.deepEqual(api.calls, ["reserve"]);
});

Deno.test("runSlice keeps the lease when a heartbeat succeeds after two that failed", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi([testBatch(1, ["a", "b"])]);
  let beats = 0;
  const beat = api.heartbeat.bind(api);
  api.heartbeat = (checkpoint) =>
    ++beats <= 2 ? Promise.reject(new SyncError("database_unreachable", "down")) : beat(checkpoint);
  const end = slice(api, async (context, batch) => {
    await clock.sleep(100_000);
    return await takesAll(context, batch);
  }, { clock, claim: { slice_seconds: 600 } });
  await clock.advance(100_000);
  assert.deepEqual(await end, { outcome: "succeeded" });
});

for (const code of ["attempt_not_current", "invalid_token"] as const) {
  Deno.test(`runSlice aborts the send and falls silent when a heartbeat is refused as ${code}`, async () => {
    const clock = new FakeClock();
    const api = new FakeWorkerApi(two);
    api.heartbeat = () => Promise.reject(new SyncError(code, "A newer attempt owns the run."));
    const vendor = hangs();
    const end = slice(api, vendor.export, { clock });
    await vendor.started;
    await clock.advance(15_000);
    assert.equal((await vendor.aborted as SyncError).code, code);
    assert.equal((await end).outcome, "abandoned");
    assert.deepEqual(api.calls, ["reserve"]);
  });
}

Deno.test("runSlice falls silent when recording is refused because the attempt is over", async () => {
  const api = new FakeWorkerApi(two);
  api.recordResults = () => Promise.reject(new SyncError("attempt_not_current", "over"));
  assert.equal((await slice(api, takesAll)).outcome, "abandoned");
  assert.deepEqual(api.calls, ["reserve"]);
});
