import assert from "node:assert/strict";
import { SyncError, type SyncErrorCode } from "../core/errors.ts";
import type { CheckEnd, ClaimedCheck } from "../database/check_api.ts";
import { check, checks, errorOf, post, setUp, token } from "../testing/handler_bench.ts";

Deno.test("the handler claims, answers 202 and checks behind the answer when it is to check a connection", async () => {
  const checking = Promise.withResolvers<CheckEnd>();
  const { handler, seen, work } = setUp({ runCheck: () => checking.promise });
  const response = await handler(post(checks));
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { accepted: true });
  assert.deepEqual(seen.probes, [check]);
  assert.deepEqual([seen.attempts, seen.slices, work.length], [[], 0, 1]);
  const failure = {
    class: "permanent",
    code: "refused",
    message: "Refused.",
    retry_after_seconds: null,
  } as const;
  checking.resolve({ outcome: "failed", failure, latency_ms: 40 });
  await Promise.all(work);
  assert.ok(seen.logged[0]?.includes('"error_code":"refused"'));
  assert.ok(!seen.logged.join().includes("vendor's secret") && !seen.logged.join().includes(token));
});

for (
  const [code, status, answered] of [
    ["invalid_token", 401, "invalid_token"],
    ["already_claimed", 409, "already_claimed"],
    ["attempt_not_current", 409, "attempt_not_current"],
    ["unexpected_answer", 503, "database_unavailable"],
  ] as const satisfies readonly (readonly [SyncErrorCode, number, string])[]
) {
  Deno.test(`the handler answers ${status} and checks nothing when the claim of a check fails as ${code}`, async () => {
    const claimChecks = () => Promise.reject(new SyncError(code, "the database's own words"));
    const { handler, seen, work } = setUp({ claimChecks });
    const response = await handler(post(checks));
    assert.equal(response.status, status);
    const error = await errorOf(response);
    assert.equal(error.code, answered);
    assert.ok(!error.message.includes("own words") && !seen.logged.join().includes(token));
    assert.deepEqual([seen.checks, work.length], [0, 0]);
  });
}

Deno.test("the handler does each check of a request by itself when one of them hangs and one breaks", async () => {
  const ids = ["b1", "b2", "b3"].map((tail) => `00000000-0000-4000-8000-0000000000${tail}`);
  const hanging = Promise.withResolvers<CheckEnd>();
  const runCheck = ({ ref }: ClaimedCheck): Promise<CheckEnd> => {
    if (ref.integration_id === ids[0]) return hanging.promise;
    if (ref.integration_id === ids[1]) return Promise.reject(new TypeError("broken"));
    return Promise.resolve({ outcome: "answered", latency_ms: 3 });
  };
  const { handler, seen, work } = setUp({ runCheck });
  const response = await handler(
    post({ ...checks, probes: ids.map((integration_id) => ({ integration_id, token })) }),
  );
  assert.equal(response.status, 202);
  assert.equal(work.length, 3);
  await Promise.all(work.slice(1));
  const events = () =>
    seen.logged.map((line) => JSON.parse(line)).map((line) => [line.event, line.integration_id]);
  assert.deepEqual(events().sort(), [["check_broken", ids[1]], ["check_ended", ids[2]]]);
  hanging.resolve({ outcome: "answered", latency_ms: 15_000 });
  await Promise.all(work);
  assert.deepEqual(events().at(-1), ["check_ended", ids[0]]);
});

Deno.test("the handler logs no secret when the end of a check cannot be reported", async () => {
  const runCheck = () => Promise.reject(new TypeError(`fetch failed: ${token} the vendor's secret`));
  const { handler, seen, work } = setUp({ runCheck });
  assert.equal((await handler(post(checks))).status, 202);
  await Promise.all(work);
  assert.ok(seen.logged[0]?.includes("check_broken"));
  assert.ok(!seen.logged[0]?.includes("secret") && !seen.logged[0]?.includes(token));
});
