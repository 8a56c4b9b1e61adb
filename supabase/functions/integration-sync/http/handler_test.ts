import assert from "node:assert/strict";
import { SyncError, type SyncErrorCode } from "../core/errors.ts";
import { FakeWorkerApi, testClaim } from "../testing/fake_worker_api.ts";
import type { SliceEnd } from "../jobs/run_slice.ts";
import { errorOf, post, setUp, token, valid } from "../testing/handler_bench.ts";

Deno.test("the handler claims, answers 202 and works behind the answer when the request is valid", async () => {
  const working = Promise.withResolvers<SliceEnd>();
  const { handler, seen, work } = setUp({ runSlice: () => working.promise });
  const response = await handler(post(valid));
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { accepted: true });
  assert.deepEqual(seen.attempts, [{ run_id: valid.run_id, attempt: 1, token }]);
  assert.equal(work.length, 1);
  assert.equal(seen.logged.length, 1);
  working.resolve({ outcome: "succeeded" });
  await Promise.all(work);
  assert.ok(seen.logged[1]?.includes('"outcome":"succeeded"'));
});

Deno.test("the handler gives a slice the time of its claim's call when the claim is answered late", async () => {
  let now = 1_000;
  const api = new FakeWorkerApi();
  api.claim = () => {
    now = 9_000;
    return Promise.resolve(testClaim());
  };
  const begun: number[] = [];
  const { handler, work } = setUp({
    elapsed: () => now,
    runSlice: (_api, _claim, claimedAt) => {
      begun.push(claimedAt);
      return Promise.resolve({ outcome: "succeeded" });
    },
  }, api);
  await handler(post(valid));
  await Promise.all(work);
  // The database counts the lease from when the call arrived. From its answer on is too long.
  assert.deepEqual(begun, [1_000]);
});

Deno.test("the handler reports a cold start when the request is the isolate's first", async () => {
  const { handler, seen } = setUp();
  await handler(post(valid));
  await handler(post(valid));
  const boot = { boot_id: "00000000-0000-4000-8000-0000000000c1", boot_ms: 41.5 };
  assert.deepEqual(seen.boots, [{ ...boot, cold_start: true }, { ...boot, cold_start: false }]);
});

for (
  const [code, status, answered] of [
    ["invalid_token", 401, "invalid_token"],
    ["already_claimed", 409, "already_claimed"],
    ["attempt_not_current", 409, "attempt_not_current"],
    ["database_unreachable", 503, "database_unavailable"],
    ["database_error", 503, "database_unavailable"],
    ["database_full", 503, "database_full"],
    ["database_read_only", 503, "database_read_only"],
    ["database_restarting", 503, "database_restarting"],
    ["unexpected_answer", 503, "database_unavailable"],
  ] as const satisfies readonly (readonly [SyncErrorCode, number, string])[]
) {
  Deno.test(`the handler answers ${status} and starts nothing when the claim fails as ${code}`, async () => {
    const api = new FakeWorkerApi();
    api.claim = () => Promise.reject(new SyncError(code, "the database's own words"));
    const { handler, seen, work } = setUp({}, api);
    const response = await handler(post(valid));
    assert.equal(response.status, status);
    const error = await errorOf(response);
    assert.equal(error.code, answered);
    assert.ok(!error.message.includes("own words"));
    assert.deepEqual([seen.slices, work.length], [0, 0]);
  });
}

Deno.test("the handler logs why a slice has failed", async () => {
  const failure = {
    class: "permanent",
    code: "webhook_not_found",
    message: "There is no receiver.",
    retry_after_seconds: null,
  } as const;
  const { handler, seen, work } = setUp({
    runSlice: () => Promise.resolve({ outcome: "failed", failure, checkpoint: null }),
  });
  await handler(post(valid));
  await Promise.all(work);
  const { outcome, error_class, error_code } = JSON.parse(seen.logged[1] ?? "{}");
  assert.deepEqual([outcome, error_class, error_code], ["failed", "permanent", "webhook_not_found"]);
});

Deno.test("the handler reports with its next claim that the database took no writes", async () => {
  const api = new FakeWorkerApi();
  const reports: unknown[] = [];
  const answers = [
    () => Promise.reject(new SyncError("database_full", "Full.")),
    () => Promise.resolve(testClaim()),
    () => Promise.resolve(testClaim()),
    () => Promise.resolve(testClaim()),
  ];
  api.claim = (_boot, trouble = null) => {
    reports.push(trouble?.code ?? null);
    return answers.shift()?.() ?? Promise.resolve(testClaim());
  };
  const ends: SliceEnd[] = [
    { outcome: "succeeded" },
    { outcome: "abandoned", error: new SyncError("database_read_only", "It takes no writes.") },
    { outcome: "succeeded" },
  ];
  const runSlice = () => Promise.resolve(ends.shift() ?? { outcome: "succeeded" } as const);
  const { handler, work } = setUp({ runSlice }, api);
  for (let claims = 0; claims < 4; claims++) {
    await handler(post(valid));
    await Promise.all(work);
  }
  assert.deepEqual(reports, [null, "database_full", null, "database_read_only"]);
});

Deno.test("the handler answers 500 and logs the variable when the environment is incomplete", async () => {
  const { handler, seen } = setUp({
    workerApi: () => {
      throw new SyncError("function_misconfigured", "SUPABASE_URL is missing or not an http address.");
    },
  });
  const response = await handler(post(valid));
  assert.equal(response.status, 500);
  assert.ok(seen.logged[0]?.includes("SUPABASE_URL"));
});

Deno.test("the handler logs no secret when anything goes wrong", async () => {
  const api = new FakeWorkerApi();
  api.claim = () => Promise.reject(new TypeError(`fetch failed: https://x/?token=${token}`));
  const failing = setUp({}, api);
  await failing.handler(post(valid));
  const breaking = setUp({ runSlice: () => Promise.reject(new Error(token)) });
  await breaking.handler(post(valid));
  await Promise.all(breaking.work);
  const logged = [...failing.seen.logged, ...breaking.seen.logged];
  assert.equal(logged.length, 3);
  assert.ok(!logged.join().includes(token));
});
