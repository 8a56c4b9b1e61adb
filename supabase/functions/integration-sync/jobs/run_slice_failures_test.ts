import assert from "node:assert/strict";
import { allEntries } from "../vouchers/entries.ts";
import { failure, SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeWorkerApi, testBatch } from "../testing/fake_worker_api.ts";
import { type Export, fails, slice, takesAll, two } from "../testing/slice_bench.ts";

for (const errorClass of ["transient", "ambiguous", "permanent"] as const) {
  Deno.test(`runSlice records the batch and fails as ${errorClass} when the connector does`, async () => {
    const api = new FakeWorkerApi(two);
    const end = await slice(api, fails(errorClass));
    assert.equal(end.outcome === "failed" && end.failure.class, errorClass);
    assert.deepEqual(api.calls, ["reserve", "record", "finish"]);
    const state = errorClass === "ambiguous" ? "unknown" : "pending";
    assert.deepEqual(api.recorded[0]?.results.map((result) => result.state), [state, state]);
  });
}

Deno.test("runSlice leaves the wait to the engine when a rate limit's hint is long", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, fails("rate_limited", 11));
  assert.equal(end.outcome === "failed" && end.failure.retry_after_seconds, 11);
});

Deno.test("runSlice waits and goes on when a rate limit's hint is short", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(two);
  const sentAt: number[] = [];
  const end = slice(api, (context, batch) => {
    sentAt.push(clock.elapsed());
    return sentAt.length === 1 ? fails("rate_limited", 10)(context, batch) : takesAll(context, batch);
  }, { clock });
  await clock.advance(10_000);
  assert.deepEqual(await end, { outcome: "succeeded" });
  assert.deepEqual(sentAt, [0, 10_000]);
});

Deno.test("runSlice reports a 429 that was waited out", async () => {
  const statuses = [429, 200];
  const answers = () => Promise.resolve(new Response(null, { status: statuses.shift() ?? 200 }));
  const api = new FakeWorkerApi(two);
  const end = await slice(api, async (context, batch) => {
    while ((await context.fetch("https://erp.example/")).status === 429);
    return await takesAll(context, batch);
  }, { fetch: answers });
  assert.deepEqual([end, api.limits], [{ outcome: "succeeded" }, [true]]);
});

Deno.test("runSlice does not run hot when a rate limit asks for no wait at all", async () => {
  const clock = new FakeClock();
  const api = new FakeWorkerApi(Array.from({ length: 100 }, (_, index) => testBatch(index % 10, ["a"])));
  const end = slice(api, fails("rate_limited", 0), { clock });
  await clock.advance(60_000);
  assert.equal((await end).outcome, "failed");
  assert.equal(api.recorded.length, 60);
});

Deno.test("runSlice fails for good before any entry is reserved when the configuration is invalid", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, takesAll, { claim: { config: "broken" } });
  assert.deepEqual(end.outcome === "failed" && end.failure, {
    class: "permanent",
    code: "invalid_config",
    message: "The configuration is not valid.",
    retry_after_seconds: null,
  });
  assert.deepEqual(api.calls, ["finish"]);
});

Deno.test("runSlice fails for good when there is no connector for the integration type", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, takesAll, { claim: { integration_type: "fax" } });
  assert.equal(end.outcome === "failed" && end.failure.code, "no_connector");
  assert.equal(end.outcome === "failed" && end.failure.class, "permanent");
});

Deno.test("runSlice calls a batch unknown when the connector breaks", async () => {
  const api = new FakeWorkerApi(two);
  const end = await slice(api, () => Promise.reject(new TypeError("a fault of ours")));
  assert.equal(end.outcome === "failed" && end.failure.class, "ambiguous");
  assert.equal(end.outcome === "failed" && end.failure.code, "connector_fault");
  assert.deepEqual(api.recorded[0]?.results.map(({ state }) => state), ["unknown", "unknown"]);
});

Deno.test("runSlice asks for another attempt when the database cannot be reached", async () => {
  const api = new FakeWorkerApi(two);
  api.reserveEntries = () => Promise.reject(new SyncError("database_unreachable", "down"));
  const end = await slice(api, takesAll);
  assert.equal(end.outcome === "failed" && end.failure.class, "transient");
});

Deno.test("runSlice does not throw when even the finish fails", async () => {
  const api = new FakeWorkerApi([]);
  api.finish = () => Promise.reject(new SyncError("database_unreachable", "down"));
  assert.equal((await slice(api, takesAll)).outcome, "abandoned");
});

Deno.test("runSlice reveals nothing of the credentials, nor of what the connector got with them, when it fails", async () => {
  const api = new FakeWorkerApi(two);
  const exportBatch: Export = ({ secrets }, batch) => {
    secrets.add("what-we-got-for-it");
    const message = "Bad token hemmelig-api-token-4711, bad access token what-we-got-for-it.";
    return Promise.resolve({
      results: allEntries(batch.entries, "pending"),
      failure: failure("permanent", "test_refused", message),
    });
  };
  const end = await slice(api, exportBatch, { claim: { credentials: { token: "hemmelig-api-token-4711" } } });
  assert.equal(end.outcome === "failed" && end.failure.message, "Bad token ***, bad access token ***.");
});
