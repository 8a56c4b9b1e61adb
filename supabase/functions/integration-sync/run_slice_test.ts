import assert from "node:assert/strict";
import {
  type Connector,
  type ConnectorContext,
  defineConnector,
  type ExportOutcome,
} from "../_shared/connectors/connector.ts";
import { allEntries, type Batch } from "../_shared/entries.ts";
import { type ErrorClass, failure, SyncError } from "../_shared/errors.ts";
import { FakeClock } from "../_shared/testing/fake_clock.ts";
import { FakeWorkerApi, testBatch, testClaim } from "../_shared/testing/fake_worker_api.ts";
import type { Claim } from "../_shared/worker_answers.ts";
import { runSlice, type SliceEnd } from "./run_slice.ts";

type Export = (context: ConnectorContext, batch: Batch) => Promise<ExportOutcome>;

const two = [testBatch(1, ["a", "b"]), testBatch(2, ["c", "d"])];
const takesAll: Export = (_context, batch) =>
  Promise.resolve({ results: allEntries(batch.entries, "exported") });

function testConnector(exportBatch: Export, sliceEntries = Infinity): Connector {
  return defineConnector({
    type: "test",
    parseConfig: (raw) => {
      if (raw === "broken") throw new SyncError("invalid_config", "The configuration is not valid.");
      return raw;
    },
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 2,
      sliceEntries,
      ping: () => Promise.resolve({ ok: true }),
      export: exportBatch,
    }),
  });
}

function slice(
  api: FakeWorkerApi,
  exportBatch: Export,
  options: {
    clock?: FakeClock;
    claim?: Partial<Claim>;
    retiring?: AbortSignal;
    fetch?: typeof fetch;
    sliceEntries?: number;
  } = {},
): Promise<SliceEnd> {
  return runSlice(api, testClaim(options.claim), 0, {
    connectors: [testConnector(exportBatch, options.sliceEntries)],
    clock: options.clock ?? new FakeClock(),
    random: () => 0,
    fetch: options.fetch ?? fetch,
    log: () => {},
    retiring: options.retiring ?? new AbortController().signal,
  });
}

function fails(errorClass: ErrorClass, retryAfter: number | null = null): Export {
  const state = errorClass === "ambiguous" ? "unknown" : "pending";
  return (_context, batch) =>
    Promise.resolve({
      results: allEntries(batch.entries, state),
      failure: failure(errorClass, `test_${errorClass}`, "It did not work.", retryAfter),
    });
}

/** Never answers; ends only by its signal, and says so. */
function hangs(): { export: Export; started: Promise<void>; aborted: Promise<unknown> } {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  return {
    started: started.promise,
    aborted: aborted.promise,
    export: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.resolve(signal.reason);
          reject(signal.reason);
        });
        started.resolve();
      }),
  };
}

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

Deno.test("runSlice tells of a 429 that was waited out", async () => {
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

Deno.test("runSlice leaves no timer behind when it ends", async () => {
  const clock = new FakeClock();
  await slice(new FakeWorkerApi(two), takesAll, { clock });
  assert.equal(clock.sleeping, 0);
});

Deno.test("runSlice tells when the external system first answered, or that it never did", async () => {
  const clock = new FakeClock();
  const asks: Export = async (context, batch) => {
    await clock.advance(250);
    await context.fetch("data:,");
    return { results: allEntries(batch.entries, "exported") };
  };
  const heard = new FakeWorkerApi(two);
  assert.deepEqual(await slice(heard, asks, { clock }), { outcome: "succeeded" });
  const silent = new FakeWorkerApi(two);
  assert.deepEqual(await slice(silent, takesAll), { outcome: "succeeded" });
  // Two batches, of which the second is answered later.
  assert.deepEqual([heard.firstAnswers, silent.firstAnswers], [[250], [null]]);
});

Deno.test("runSlice tells nothing of the credentials, nor of what the connector got with them, when it fails", async () => {
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
