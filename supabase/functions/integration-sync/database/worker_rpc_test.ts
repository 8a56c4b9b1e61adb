import assert from "node:assert/strict";
import { fakeTimeouts, hangingFetch } from "../testing/fake_timeouts.ts";
import { createWorkerRpc } from "./worker_rpc.ts";

function rpcWith(send: typeof fetch): ReturnType<typeof createWorkerRpc> {
  return createWorkerRpc({
    url: "http://database.example/rest/v1",
    headers: {},
    fetch: send,
    timeoutMs: 10_000,
  });
}

for (
  const [whose, signal] of [
    ["without a signal", undefined],
    ["with a signal", new AbortController().signal],
  ] as const
) {
  Deno.test(`WorkerRpc ends a call ${whose} when the database does not answer in time`, async () => {
    using timeouts = fakeTimeouts();
    const database = hangingFetch();
    const call = rpcWith(database.fetch)("sync_worker_heartbeat", {}, signal);
    const end = assert.rejects(call, { code: "database_unreachable" });
    const request = await database.asked;
    timeouts.expire();
    assert.equal(request.aborted, true);
    assert.deepEqual(timeouts.limits, [10_000]);
    await end;
  });
}

Deno.test("WorkerRpc ends a call with the signal's reason when that is aborted", async () => {
  using _timeouts = fakeTimeouts();
  const database = hangingFetch();
  const lost = new AbortController();
  const call = rpcWith(database.fetch)("sync_worker_heartbeat", {}, lost.signal);
  const end = assert.rejects(call, { message: "the lease is lost" });
  const request = await database.asked;
  lost.abort(new Error("the lease is lost"));
  assert.equal(request.aborted, true);
  await end;
});
