import assert from "node:assert/strict";
import type { ClaimedAlerts, MessageResult, SenderRef } from "../_shared/alerts_api.ts";
import type { WarmupRef } from "../_shared/answer_warmup.ts";
import { WORKER_PROTOCOL } from "../_shared/worker_protocol.ts";
import { SyncError, type SyncErrorCode } from "../_shared/errors.ts";
import { FakeWorkerApi } from "../_shared/testing/fake_worker_api.ts";
import type { ClaimedProbe, ProbeEnd, ProbeRef } from "../_shared/probe_api.ts";
import type { ProbeClaim } from "../_shared/worker_answers.ts";
import type { AttemptRef, Boot, WorkerApi } from "../_shared/worker_api.ts";
import { recordBoot } from "./boot.ts";
import { createHandler, type HandlerTools } from "./handler.ts";
import type { SliceEnd } from "./run_slice.ts";

const token = "0123456789abcdef".repeat(4);
const valid = { kind: "run", run_id: "00000000-0000-4000-8000-000000000001", attempt: 1, token };
const warmup = { kind: "warmup", scheduled_for: "2026-11-23T10:00:00.123456+00:00", token };
const probe: ProbeRef = { integration_id: "00000000-0000-4000-8000-0000000000b1", token };
const probes = { kind: "probes", probes: [probe] };
const probeClaim: ProbeClaim = {
  org_id: "00000000-0000-4000-8000-0000000000a1",
  integration_id: probe.integration_id,
  integration_type: "test",
  config: {},
  credentials: { token: "the vendor's secret" },
  timeout_seconds: 15,
};

/** A handler on a fake database, and everything that went through it. */
function setUp(changes: Partial<HandlerTools> = {}, api: WorkerApi = new FakeWorkerApi()) {
  const seen = {
    attempts: [] as AttemptRef[],
    warmups: [] as WarmupRef[],
    probes: [] as ProbeRef[],
    senders: [] as SenderRef[],
    boots: [] as Boot[],
    logged: [] as string[],
    slices: 0,
    checks: 0,
    rehearsals: 0,
  };
  const work: Promise<unknown>[] = [];
  const handler = createHandler({
    nextBoot: recordBoot({ randomUUID: () => "00000000-0000-4000-8000-0000000000c1", elapsed: () => 41.46 }),
    workerApi: (attempt) => {
      seen.attempts.push(attempt);
      return {
        ...bound(api),
        claim: (boot) => {
          seen.boots.push(boot);
          return api.claim(boot);
        },
      };
    },
    runSlice: () => {
      seen.slices++;
      return Promise.resolve<SliceEnd>({ outcome: "succeeded" });
    },
    claimProbes: (refs) => {
      seen.probes.push(...refs);
      return Promise.resolve(refs.map((probe) => ({ probe, claim: { ...probeClaim, ...probe } })));
    },
    runProbe: () => {
      seen.checks++;
      return Promise.resolve<ProbeEnd>({ outcome: "answered", latency_ms: 12 });
    },
    claimAlerts: (refs) => {
      seen.senders.push(...refs);
      return Promise.resolve(refs.map((sender) => ({ sender, webhook: "the address", messages: [] })));
    },
    postAlerts: () => Promise.resolve([]),
    answerWarmup: (ref, boot) => {
      seen.warmups.push(ref);
      seen.boots.push(boot);
      return Promise.resolve();
    },
    rehearse: () => {
      seen.rehearsals++;
      return Promise.resolve();
    },
    waitUntil: (promise) => work.push(promise),
    bodyDeadline: () => new AbortController().signal,
    elapsed: () => 0,
    log: (event, fields) => seen.logged.push(JSON.stringify({ event, ...fields })),
    ...changes,
  });
  return { handler, seen, work };
}

/** The methods of an object of a class, so that they can be spread. */
function bound(api: WorkerApi): WorkerApi {
  return {
    claim: (boot) => api.claim(boot),
    heartbeat: (checkpoint, signal) => api.heartbeat(checkpoint, signal),
    reserveEntries: (size, signal) => api.reserveEntries(size, signal),
    recordResults: (id, results, signal) => api.recordResults(id, results, signal),
    finish: (ending) => api.finish(ending),
  };
}

function post(body: unknown, headers: HeadersInit = { "content-type": "application/json" }): Request {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request("http://localhost/integration-sync", { method: "POST", headers, body: text });
}

async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const { error } = await response.json();
  return error;
}

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

Deno.test("the handler reports a cold start when the request is the isolate's first", async () => {
  const { handler, seen } = setUp();
  await handler(post(valid));
  await handler(post(valid));
  const boot = { boot_id: "00000000-0000-4000-8000-0000000000c1", boot_ms: 41.5 };
  assert.deepEqual(seen.boots, [{ ...boot, cold_start: true }, { ...boot, cold_start: false }]);
});

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

Deno.test("the handler claims, answers 202 and checks behind the answer when it is to check a connection", async () => {
  const checking = Promise.withResolvers<ProbeEnd>();
  const { handler, seen, work } = setUp({ runProbe: () => checking.promise });
  const response = await handler(post(probes));
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { accepted: true });
  assert.deepEqual(seen.probes, [probe]);
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
    const claimProbes = () => Promise.reject(new SyncError(code, "the database's own words"));
    const { handler, seen, work } = setUp({ claimProbes });
    const response = await handler(post(probes));
    assert.equal(response.status, status);
    const error = await errorOf(response);
    assert.equal(error.code, answered);
    assert.ok(!error.message.includes("own words") && !seen.logged.join().includes(token));
    assert.deepEqual([seen.checks, work.length], [0, 0]);
  });
}

Deno.test("the handler does each check of a request by itself when one of them hangs and one breaks", async () => {
  const ids = ["b1", "b2", "b3"].map((tail) => `00000000-0000-4000-8000-0000000000${tail}`);
  const hanging = Promise.withResolvers<ProbeEnd>();
  const runProbe = ({ probe }: ClaimedProbe): Promise<ProbeEnd> => {
    if (probe.integration_id === ids[0]) return hanging.promise;
    if (probe.integration_id === ids[1]) return Promise.reject(new TypeError("broken"));
    return Promise.resolve({ outcome: "answered", latency_ms: 3 });
  };
  const { handler, seen, work } = setUp({ runProbe });
  const response = await handler(
    post({ ...probes, probes: ids.map((integration_id) => ({ integration_id, token })) }),
  );
  assert.equal(response.status, 202);
  assert.equal(work.length, 3);
  await Promise.all(work.slice(1));
  const events = () =>
    seen.logged.map((line) => JSON.parse(line)).map((line) => [line.event, line.integration_id]);
  assert.deepEqual(events().sort(), [["probe_broken", ids[1]], ["probe_ended", ids[2]]]);
  hanging.resolve({ outcome: "answered", latency_ms: 15_000 });
  await Promise.all(work);
  assert.deepEqual(events().at(-1), ["probe_ended", ids[0]]);
});

Deno.test("the handler logs no secret when the end of a check cannot be told", async () => {
  const runProbe = () => Promise.reject(new TypeError(`fetch failed: ${token} the vendor's secret`));
  const { handler, seen, work } = setUp({ runProbe });
  assert.equal((await handler(post(probes))).status, 202);
  await Promise.all(work);
  assert.ok(seen.logged[0]?.includes("probe_broken"));
  assert.ok(!seen.logged[0]?.includes("secret") && !seen.logged[0]?.includes(token));
});

Deno.test("the handler claims alerts, answers 202 and posts those of each organisation by themselves", async () => {
  const ids = ["a1", "a2"].map((tail) => `00000000-0000-4000-8000-0000000000${tail}`);
  const senders = ids.map((org_id) => ({ org_id, token }));
  const hanging = Promise.withResolvers<MessageResult[]>();
  const postAlerts = ({ sender }: ClaimedAlerts): Promise<MessageResult[]> =>
    sender.org_id === ids[0]
      ? hanging.promise
      : Promise.reject(new TypeError(`fetch failed: ${token} the address`));
  const { handler, seen, work } = setUp({ postAlerts });
  const response = await handler(post({ kind: "alerts", senders }));
  assert.equal(response.status, 202);
  assert.deepEqual([seen.senders, work.length], [senders, 2]);
  await work[1];
  hanging.resolve([]);
  await Promise.all(work);
  assert.deepEqual(seen.logged.map((line) => JSON.parse(line).event), ["alerts_broken", "alerts_posted"]);
  assert.ok(!seen.logged.join().includes("the address") && !seen.logged.join().includes(token));
});

Deno.test("the handler posts nothing when alerts cannot be claimed", async () => {
  const claimAlerts = () => Promise.reject(new SyncError("invalid_token", "the database's own words"));
  const { handler, work } = setUp({ claimAlerts });
  const asked = { kind: "alerts", senders: [{ org_id: "00000000-0000-4000-8000-0000000000a1", token }] };
  assert.deepEqual([(await handler(post(asked))).status, work.length], [401, 0]);
});

for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
  Deno.test(`the handler answers 405 with Allow when the method is ${method}`, async () => {
    const response = await setUp().handler(new Request("http://localhost/", { method }));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
  });
}

for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
  Deno.test(`the handler answers 415 when the body is ${type}`, async () => {
    const response = await setUp().handler(post(valid, { "content-type": type }));
    assert.equal(response.status, 415);
  });
}

Deno.test("the handler answers 413 when the body is larger than 16 KB", async () => {
  const { handler, seen } = setUp();
  const response = await handler(post({ ...valid, pad: "x".repeat(16 * 1024) }));
  assert.equal(response.status, 413);
  assert.equal((await errorOf(response)).code, "request_too_large");
  assert.deepEqual(seen.attempts, []);
});

Deno.test("the handler answers 408 when the body does not come to its end", async () => {
  const late = new AbortController();
  const { handler, seen } = setUp({ bodyDeadline: () => late.signal });
  let answer: Promise<Response> | undefined;
  const asked = new Promise<void>((resolve) => {
    // Half of a body; whoever waits for the rest waits for ever.
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"kind": "run",')),
      pull: () => resolve(),
    });
    const headers = { "content-type": "application/json" };
    answer = handler(new Request("http://localhost/integration-sync", { method: "POST", headers, body }));
  });
  await asked;
  late.abort();
  const response = await answer;
  assert.ok(response);
  assert.equal(response.status, 408);
  assert.equal((await errorOf(response)).code, "request_timeout");
  assert.deepEqual(seen.attempts, []);
});

Deno.test("the handler accepts fields that it does not know when the rest is valid", async () => {
  const body = { ...valid, sent_by: "a later version" };
  const response = await setUp().handler(post(body, { "content-type": "application/json; charset=utf-8" }));
  assert.equal(response.status, 202);
});

for (
  const [what, body, message] of [
    ["it is no JSON", "{", "The body must be a JSON object with a kind and what belongs to it."],
    ["it is empty", "", "The body must be a JSON object with a kind and what belongs to it."],
    ["it is a list", [], "The body must be a JSON object with a kind and what belongs to it."],
    ["the kind is unknown", { ...valid, kind: "walk" }, "Missing or not valid: kind."],
    ["the run id is SQL", { ...valid, run_id: "1; drop table x" }, "Missing or not valid: run_id."],
    ["the attempt is 0", { ...valid, attempt: 0 }, "Missing or not valid: attempt."],
    ["the attempt is past a bigint", { ...valid, attempt: 1e300 }, "Missing or not valid: attempt."],
    ["the token is null", { ...valid, token: null }, "Missing or not valid: token."],
    ["the token is short", { ...valid, token: "secret" }, "Missing or not valid: token."],
    ["fields are missing", { kind: "run", token }, "Missing or not valid: run_id, attempt."],
    ["a warm-up has no slot", { kind: "warmup", token }, "Missing or not valid: scheduled_for."],
    [
      "a warm-up's slot is no time",
      { ...warmup, scheduled_for: "now()" },
      "Missing or not valid: scheduled_for.",
    ],
    ["there is nothing to check", { ...probes, probes: [] }, "Missing or not valid: probes."],
    [
      "there is too much to check",
      { ...probes, probes: Array(51).fill(probe) },
      "Missing or not valid: probes.",
    ],
    [
      "a check names no integration",
      { ...probes, probes: [probe, { token }] },
      "Missing or not valid: probes.1.integration_id.",
    ],
    [
      "a check's token is a list",
      { ...probes, probes: [{ ...probe, token: [token] }] },
      "Missing or not valid: probes.0.token.",
    ],
    ["a warm-up's token is short", { ...warmup, token: "secret" }, "Missing or not valid: token."],
  ] as const
) {
  Deno.test(`the handler answers 400 without repeating the body when ${what}`, async () => {
    const { handler, seen } = setUp();
    const response = await handler(post(body));
    assert.equal(response.status, 400);
    assert.deepEqual(await errorOf(response), { code: "invalid_request", message });
    assert.deepEqual(seen.attempts, []);
  });
}

for (
  const [code, status, answered] of [
    ["invalid_token", 401, "invalid_token"],
    ["already_claimed", 409, "already_claimed"],
    ["attempt_not_current", 409, "attempt_not_current"],
    ["database_unreachable", 503, "database_unavailable"],
    ["database_error", 503, "database_unavailable"],
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
