import assert from "node:assert/strict";
import { check, checks, errorOf, post, setUp, token, valid, warmup } from "../testing/handler_bench.ts";

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
    // Half of a body; a reader that waits for the rest waits for ever.
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
    ["there is nothing to check", { ...checks, probes: [] }, "Missing or not valid: probes."],
    [
      "there is too much to check",
      { ...checks, probes: Array(51).fill(check) },
      "Missing or not valid: probes.",
    ],
    [
      "a check names no integration",
      { ...checks, probes: [check, { token }] },
      "Missing or not valid: probes.1.integration_id.",
    ],
    [
      "a check's token is a list",
      { ...checks, probes: [{ ...check, token: [token] }] },
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
