import assert from "node:assert/strict";
import { allEntries } from "../vouchers/entries.ts";
import { SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeWorkerApi } from "../testing/fake_worker_api.ts";
import { type Export, slice, takesAll, two } from "../testing/slice_bench.ts";

Deno.test("runSlice gives way to the next attempt when it has sent as many entries as a slice may", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, takesAll, { sliceEntries: 2 });
  assert.equal(end.outcome, "continued");
  assert.deepEqual(api.recorded.map(({ batch_id }) => batch_id), [two[0]?.batch_id]);
});

Deno.test("runSlice exports batch after batch and succeeds when nothing is left", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, takesAll);
  assert.deepEqual(end, { outcome: "succeeded" });
  assert.deepEqual(api.calls, ["reserve", "record", "reserve", "record", "reserve", "finish"]);
  assert.deepEqual(api.recorded.map(({ batch_id }) => batch_id), two.map(({ batch_id }) => batch_id));
});

Deno.test("runSlice continues in a further attempt when the time budget is spent", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  const end = slice(api, async (context, batch) => {
    await context.saveCheckpoint({ page: 7 });
    await clock.sleep(60_000);
    return await takesAll(context, batch);
  }, { clock });
  await clock.advance(60_000);
  assert.deepEqual(await end, { outcome: "continued", checkpoint: { page: 7 } });
  assert.equal(api.recorded.length, 1);
});

Deno.test("runSlice still exports within the last millisecond of its time budget", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  const end = slice(api, async (context, batch) => {
    await clock.sleep(59_999);
    return await takesAll(context, batch);
  }, { clock });
  await clock.advance(59_999);
  assert.equal(api.calls.filter((call) => call === "reserve").length, 2);
  await clock.advance(59_999);
  assert.equal((await end).outcome, "continued");
});

Deno.test("runSlice continues in a further attempt when the isolate is taken away", async () => {
  const retiring = new AbortController();
  const api = new FakeWorkerApi(two);
  const end = await slice(api, (context, batch) => {
    retiring.abort();
    return takesAll(context, batch);
  }, { retiring: retiring.signal, claim: { checkpoint: { page: 3 } } });
  assert.deepEqual(end, { outcome: "continued", checkpoint: { page: 3 } });
  assert.equal(api.recorded.length, 1);
});

Deno.test("runSlice goes on from the saved checkpoint when the database does not take a new one", async () => {
  const api = new FakeWorkerApi(two);
  api.heartbeat = () => Promise.reject(new SyncError("database_unreachable", "down"));
  let seen: unknown;
  const end = await slice(api, async (context) => {
    await context.saveCheckpoint({ page: 8 }).catch(() => seen = context.checkpoint());
    throw new TypeError("broken");
  }, { claim: { checkpoint: { page: 7 } } });
  // A connector that believed in page 8 would pass over what no attempt has sent.
  assert.deepEqual(seen, { page: 7 });
  assert.deepEqual(end.outcome === "failed" && end.checkpoint, { page: 7 });
});

Deno.test("runSlice leaves no timer behind when it ends", async () => {
  const clock = new FakeClock();
  await slice(new FakeWorkerApi(two), takesAll, { clock });
  assert.equal(clock.sleeping, 0);
});

Deno.test("runSlice reports when the external system first answered, or that it never did", async () => {
  const clock = new FakeClock();
  const asks: Export = async (context, batch) => {
    await clock.advance(250);
    await context.fetch("https://erp.example/");
    return { results: allEntries(batch.entries, "exported") };
  };
  const heard = new FakeWorkerApi(two);
  assert.deepEqual(await slice(heard, asks, { clock, fetch: () => Promise.resolve(new Response()) }), {
    outcome: "succeeded",
  });
  const silent = new FakeWorkerApi(two);
  assert.deepEqual(await slice(silent, takesAll), { outcome: "succeeded" });
  // Two batches; the second is answered later.
  assert.deepEqual([heard.firstAnswers, silent.firstAnswers], [[250], [null]]);
});
