import assert from "node:assert/strict";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeWorkerApi, testBatch } from "../testing/fake_worker_api.ts";
import { slice, takesAll, two } from "../testing/slice_bench.ts";

Deno.test("runSlice sends nothing when the run is already cancelled", async () => {
  const api = new FakeWorkerApi(two);
  await slice(api, takesAll, { claim: { cancel_requested: true } });
  assert.deepEqual(api.calls, ["finish"]);
  assert.deepEqual(api.endings, [{ outcome: "cancelled" }]);
});

Deno.test("runSlice records the current batch and stops when a heartbeat brings the wish to cancel", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  const end = slice(api, async (context, batch) => {
    api.cancelRequested = true;
    await clock.sleep(20_000);
    return await takesAll(context, batch);
  }, { clock });
  await clock.advance(20_000);
  assert.deepEqual(await end, { outcome: "cancelled" });
  assert.deepEqual(api.calls, ["reserve", "heartbeat", "record", "finish"]);
  assert.deepEqual(api.recorded[0]?.results.map(({ state }) => state), ["exported", "exported"]);
});

Deno.test("runSlice ends as cancelled when the wish to cancel comes with the end of the slice", async () => {
  const retiring = new AbortController();
  const api = new FakeWorkerApi(two);
  const end = await slice(api, (context, batch) => {
    api.cancelRequested = true;
    retiring.abort();
    return takesAll(context, batch);
  }, { retiring: retiring.signal });
  // A slice that continued would send the rest of the entries that a person has called off.
  assert.deepEqual(end, { outcome: "cancelled" });
  assert.deepEqual(api.endings, [{ outcome: "cancelled" }]);
});

for (const [resend, state] of [[false, "pending"], [true, "unknown"]] as const) {
  const name = `runSlice gives a batch back as ${state} when the reserve brings the wish to cancel`;
  Deno.test(name, async () => {
    const api = new FakeWorkerApi([testBatch(1, ["a", "b"], resend)]);
    api.cancelRequested = true;
    const end = await slice(api, () => assert.fail("nothing may be sent"));
    assert.deepEqual(end, { outcome: "cancelled" });
    assert.deepEqual(api.recorded[0]?.results.map((result) => result.state), [state, state]);
  });
}

Deno.test("runSlice gives back only what is open when the reserve brings the wish to cancel", async () => {
  const api = new FakeWorkerApi([testBatch(1, ["a", "b"], true, ["a"])]);
  api.cancelRequested = true;
  await slice(api, () => assert.fail("nothing may be sent"));
  assert.deepEqual(api.recorded[0]?.results, [{ entry_key: "b", state: "unknown" }]);
});
