import assert from "node:assert/strict";
import { SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeWorkerApi, testBatch } from "../testing/fake_worker_api.ts";
import { hangs, slice, takesAll, two } from "../testing/slice_bench.ts";

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
