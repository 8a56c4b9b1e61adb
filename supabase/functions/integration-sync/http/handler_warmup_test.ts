import assert from "node:assert/strict";
import { SyncError, type SyncErrorCode } from "../core/errors.ts";
import { WORKER_PROTOCOL } from "../database/worker_protocol.ts";
import { errorOf, post, setUp, token, valid, warmup } from "../testing/handler_bench.ts";

Deno.test("the handler reports the boot, answers 200 and rehearses behind the answer when it is warmed up", async () => {
  const rehearsing = Promise.withResolvers<void>();
  const { handler, seen, work } = setUp({ rehearse: () => rehearsing.promise });
  const response = await handler(post(warmup));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { warm: true, protocol: WORKER_PROTOCOL });
  assert.deepEqual(seen.warmups, [{ scheduled_for: warmup.scheduled_for, token }]);
  assert.deepEqual([seen.attempts, seen.slices, work.length], [[], 0, 1]);
  assert.ok(seen.logged[0]?.includes('"cold_start":true'));
  rehearsing.resolve();
  await Promise.all(work);
});

Deno.test("the handler reports no cold start when a run comes after a warm-up", async () => {
  const { handler, seen } = setUp();
  await handler(post(warmup));
  await handler(post(valid));
  assert.deepEqual(seen.boots.map((boot) => boot.cold_start), [true, false]);
  assert.deepEqual([seen.rehearsals, seen.slices], [1, 1]);
});

for (
  const [code, status, answered] of [
    ["invalid_token", 401, "invalid_token"],
    ["already_claimed", 409, "already_claimed"],
    ["database_unreachable", 503, "database_unavailable"],
    ["function_misconfigured", 500, "function_misconfigured"],
  ] as const satisfies readonly (readonly [SyncErrorCode, number, string])[]
) {
  Deno.test(`the handler answers ${status} and rehearses nothing when a warm-up fails as ${code}`, async () => {
    const answerWarmup = () => Promise.reject(new SyncError(code, "the database's own words"));
    const { handler, seen, work } = setUp({ answerWarmup });
    const response = await handler(post(warmup));
    assert.equal(response.status, status);
    const error = await errorOf(response);
    assert.equal(error.code, answered);
    assert.ok(!error.message.includes("own words") && !seen.logged.join().includes(token));
    assert.deepEqual([seen.rehearsals, work.length], [0, 0]);
  });
}

Deno.test("the handler logs and goes on when a rehearsal breaks", async () => {
  const { handler, seen, work } = setUp({ rehearse: () => Promise.reject(new Error(token)) });
  assert.equal((await handler(post(warmup))).status, 200);
  await Promise.all(work);
  assert.ok(seen.logged[1]?.includes("rehearsal_failed") && !seen.logged[1].includes(token));
});
