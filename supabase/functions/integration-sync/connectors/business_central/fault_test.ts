import assert from "node:assert/strict";
import { createSecrets } from "../../core/secrets.ts";
import { testContext } from "../../testing/connector_context.ts";
import { statusFault } from "./fault.ts";

const body = { error: { code: "Application_DialogException", message: "No." } };

for (
  const [status, onWrite, onRead, isRefusal] of [
    [302, "permanent", "permanent", false],
    [400, "permanent", "permanent", true],
    [401, "permanent", "permanent", false],
    [403, "permanent", "permanent", false],
    [408, "ambiguous", "transient", false],
    [409, "transient", "transient", false],
    [412, "permanent", "permanent", true],
    [418, "permanent", "permanent", true],
    [425, "transient", "transient", false],
    [429, "rate_limited", "rate_limited", false],
    [500, "ambiguous", "transient", false],
    [502, "ambiguous", "transient", false],
    [503, "ambiguous", "transient", false],
    [504, "ambiguous", "transient", false],
  ] as const
) {
  Deno.test(`statusFault says ${onWrite} of a write and ${onRead} of a read when the status is ${status}`, () => {
    const fault = (isWrite: boolean) =>
      statusFault(status, { isWrite, body, retryAfter: null, context: testContext() });
    assert.deepEqual([fault(true).failure.class, fault(false).failure.class], [onWrite, onRead]);
    assert.equal(fault(true).isDoubtful, onWrite === "ambiguous");
    assert.equal(fault(true).refusal !== null, isRefusal);
  });
}

for (
  const [what, given] of [
    ["HTML", "<html>I'm a teapot</html>"],
    ["nothing", null],
    ["an error without a message", { error: { code: "Teapot" } }],
    ["an error of empty words", { error: { code: "", message: "" } }],
    ["an error whose code is a number", { error: { code: "418", message: "No." } }],
    ["the error of OAuth", { error: "invalid_request", error_description: "No." }],
  ] as const
) {
  for (const status of [400, 404, 418]) {
    Deno.test(`statusFault takes a ${status} with ${what} for no refusal by Business Central`, () => {
      const details = { isWrite: true, retryAfter: null, context: testContext() };
      const { failure, refusal, isDoubtful } = statusFault(status, { ...details, body: given });
      assert.deepEqual([failure.class, refusal, isDoubtful], ["permanent", null, false]);
      assert.ok(failure.message.includes(`status ${status}`), failure.message);
    });
  }
}

for (const body of [null, "<html></html>", { error: { code: "409", message: "Conflict" } }]) {
  Deno.test(`statusFault takes a 409 with ${JSON.stringify(body)} for no lock: a write may have been carried out`, () => {
    const details = { body, retryAfter: 20, context: testContext() };
    const [write, read] = [true, false].map((isWrite) => statusFault(409, { ...details, isWrite }));
    assert.deepEqual([write?.failure.class, write?.isDoubtful, write?.refusal], ["ambiguous", true, null]);
    assert.deepEqual([read?.failure.code, read?.isDoubtful], ["business_central_unavailable", false]);
    assert.deepEqual([write?.failure.retry_after_seconds, read?.failure.retry_after_seconds], [20, 20]);
  });
}

Deno.test("statusFault quotes a refusal when only its message is not empty", () => {
  const details = { isWrite: true, retryAfter: null, context: testContext() };
  const fault = statusFault(400, { ...details, body: { error: { code: "", message: "No." } } });
  assert.deepEqual(fault.refusal, { code: "", message: "No." });
});

Deno.test("statusFault keeps the hint when Retry-After is there, and draws one for a 429 when it is not", () => {
  const details = { isWrite: true, body: null, context: testContext({ random: () => 0.99 }) };
  assert.equal(statusFault(503, { ...details, retryAfter: 20 }).failure.retry_after_seconds, 20);
  assert.equal(statusFault(425, { ...details, retryAfter: 20 }).failure.retry_after_seconds, 20);
  assert.equal(statusFault(429, { ...details, retryAfter: 7 }).failure.retry_after_seconds, 7);
  assert.equal(statusFault(429, { ...details, retryAfter: null }).failure.retry_after_seconds, 59);
});

Deno.test("statusFault reveals nothing of a secret when Business Central's words are cut in the middle of it", () => {
  const token = "ey0123456789".repeat(20);
  const secrets = createSecrets();
  secrets.add(token);
  const message = `${"x".repeat(290)} ${token}`;
  const details = { isWrite: true, retryAfter: null, context: testContext({ secrets }) };
  const fault = statusFault(400, { ...details, body: { error: { code: token, message } } });
  const shown = JSON.stringify([fault.failure, fault.refusal]);
  assert.ok(shown.includes("xxx ***") && !shown.includes("ey0123"), shown);
});

for (
  const [code, message, isRefusal] of [
    ["Internal_EntityWithSameKeyExists", "The record already exists.", true],
    ["Request_EntityChanged", "Another user has already changed the record.", true],
    ["Internal_ServerError", "A deadlock", false],
  ] as const
) {
  Deno.test(`statusFault takes a 409 of ${code} for ${isRefusal ? "a refusal" : "a lock"}`, () => {
    const details = { isWrite: true, retryAfter: null, context: testContext() };
    const fault = statusFault(409, { ...details, body: { error: { code, message } } });
    assert.equal(fault.refusal !== null, isRefusal);
    assert.equal(fault.isDoubtful, false);
  });
}
