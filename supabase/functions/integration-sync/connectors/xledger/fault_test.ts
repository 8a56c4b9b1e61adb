import assert from "node:assert/strict";
import { errorsFault, type XledgerError } from "./errors.ts";
import { readFailure, statusFault } from "./fault.ts";

const now = Date.parse("2026-11-23T10:00:00Z");

for (
  const [what, error, expected] of [
    ["burst limit", { message: "m", code: "BAD_REQUEST.BURST_RATE_LIMIT_REACHED" }, [
      "rate_limited",
      5,
      false,
    ]],
    ["concurrency limit", { message: "m", code: "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED" }, [
      "rate_limited",
      1,
      false,
    ]],
    ["limit whose code is an extension", {
      message: "m",
      extensions: { code: "BAD_REQUEST.BURST_RATE_LIMIT_REACHED" },
    }, ["rate_limited", 5, false]],
    ["limit whose extension is more precise", {
      message: "m",
      code: "BAD_REQUEST",
      extensions: { code: "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED" },
    }, ["rate_limited", 1, false]],
    ["credit limit", { message: "m", code: "BAD_REQUEST.INSUFFICIENT_CREDITS" }, [
      "rate_limited",
      1200,
      false,
    ]],
    ["bad token", {
      message: 'Bad format for API Token. Expected header: "Authorization: token <your-token>"',
    }, [
      "permanent",
      null,
      false,
    ]],
    ["lack of rights", { message: "No.", code: "FORBIDDEN" }, ["permanent", null, false]],
    ["bad value", { message: "Invalid argument", extensions: { code: "INVALID_VALUE" } }, [
      "permanent",
      null,
      false,
    ]],
    ["unknown field", { message: 'Cannot query field "a" on type "B".' }, ["permanent", null, false]],
    ["another bad request", { message: "No.", code: "BAD_REQUEST.SOMETHING" }, ["permanent", null, false]],
    ["query that timed out", { message: "Your query timed out." }, ["ambiguous", null, true]],
    ["query that timed out under a code of bad requests", {
      message: "Your query timed out.",
      code: "BAD_REQUEST.QUERY",
    }, ["ambiguous", null, true]],
    ["error that is unknown", { message: "Object reference not set" }, ["ambiguous", null, true]],
  ] as const
) {
  Deno.test(`errorsFault reads a ${what}`, () => {
    const { failure, maybeTaken } = errorsFault([error], now);
    assert.deepEqual([failure.class, failure.retry_after_seconds, maybeTaken], expected);
  });
}

for (
  const [resetAt, seconds] of [
    ["2026-11-23T10:07:30Z", 450],
    ["2026-11-23T11:07:30.5+01:00", 451],
    ["2026-11-22T10:00:00Z", 1],
    ["2026-11-25T10:00:00Z", 172_800],
    ["2030-01-01T00:00:00Z", 1200],
    [90, 90],
    [90_000, 90_000],
    [now / 1000 + 450, 450],
    [now + 450_000, 450],
    [String(now / 1000 + 450), 450],
    [1_000_000_000, 1200],
    // Xledger writes times of its own zone without naming it: no guess is better than one that is an hour off.
    ["2026-11-23T10:07:30", 1200],
    ["soon", 1200],
    [undefined, 1200],
  ] as const
) {
  Deno.test(`errorsFault waits ${seconds} s when credits are reset at ${resetAt}`, () => {
    const error: XledgerError = {
      message: "m",
      code: "BAD_REQUEST.INSUFFICIENT_CREDITS",
      extensions: { resetAt },
    };
    assert.equal(errorsFault([error], now).failure.retry_after_seconds, seconds);
  });
}

Deno.test("errorsFault distinguishes the pace of an export from a quota that is used up", () => {
  const codeOf = (code: string) =>
    errorsFault([{ message: "m", code: `BAD_REQUEST.${code}` }], now).failure.code;
  assert.equal(codeOf("BURST_RATE_LIMIT_REACHED"), "xledger_busy");
  assert.equal(codeOf("CONCURRENCY_LIMIT_REACHED"), "xledger_busy");
  assert.equal(codeOf("INSUFFICIENT_CREDITS"), "xledger_rate_limited");
});

Deno.test("errorsFault doubts everything when one of several errors is not understood", () => {
  const value: XledgerError = { message: "m", extensions: { code: "INVALID_VALUE" } };
  assert.equal(errorsFault([value, value], now).isValue, true);
  assert.equal(errorsFault([value, { message: "?" }], now).maybeTaken, true);
  assert.equal(errorsFault([], now).maybeTaken, true);
});

for (
  const [status, expected] of [
    [301, ["permanent", false]],
    [400, ["permanent", false]],
    [401, ["permanent", false]],
    [403, ["permanent", false]],
    [404, ["permanent", false]],
    [408, ["ambiguous", true]],
    [409, ["ambiguous", true]],
    [429, ["rate_limited", true]],
    [418, ["permanent", false]],
    [425, ["transient", false]],
    [500, ["ambiguous", true]],
    [502, ["ambiguous", true]],
    [503, ["ambiguous", true]],
    [504, ["ambiguous", true]],
  ] as const
) {
  Deno.test(`statusFault says ${expected.join(", maybe taken: ")} when the status is ${status}`, () => {
    const { failure, maybeTaken } = statusFault(status, null);
    assert.deepEqual([failure.class, maybeTaken], expected);
  });
}

Deno.test("statusFault keeps the hint when a 425 has one", () => {
  assert.equal(statusFault(425, 30).failure.retry_after_seconds, 30);
});

Deno.test("readFailure keeps the hint when a read was ambiguous", () => {
  const { class: errorClass, retry_after_seconds } = readFailure(statusFault(503, 30));
  assert.deepEqual([errorClass, retry_after_seconds], ["transient", 30]);
});
