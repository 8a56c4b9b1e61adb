import assert from "node:assert/strict";
import { FakeWorkerApi } from "../testing/fake_worker_api.ts";
import { slice, takesAll, two } from "../testing/slice_bench.ts";

Deno.test("runSlice sends nothing and ends as paused when the integration is paused", async () => {
  const api = new FakeWorkerApi(two);
  api.paused = true;
  const end = await slice(api, () => assert.fail("nothing may be sent"), {
    claim: { checkpoint: { at: 7 } },
  });
  assert.deepEqual(end, { outcome: "paused", checkpoint: { at: 7 } });
  assert.deepEqual(api.calls, ["reserve", "finish"]);
  assert.deepEqual(api.endings, [end]);
});

Deno.test("runSlice records the batch on its way and ends as paused when a pause begins meanwhile", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, async (context, batch) => {
    api.paused = true;
    return await takesAll(context, batch);
  });
  assert.equal(end.outcome, "paused");
  assert.deepEqual(api.calls, ["reserve", "record", "reserve", "finish"]);
  assert.deepEqual(api.recorded[0]?.results.map(({ state }) => state), ["exported", "exported"]);
});

Deno.test("runSlice ends as cancelled when the run is cancelled as well", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, async (context, batch) => {
    api.paused = true;
    api.cancelRequested = true;
    return await takesAll(context, batch);
  });
  assert.deepEqual(end, { outcome: "cancelled" });
});
