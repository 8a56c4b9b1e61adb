import assert from "node:assert/strict";
import { retryAfterSeconds } from "./retry_after.ts";

const now = Date.parse("2026-11-23T10:00:00Z");

for (
  const [header, expected] of [
    [null, null],
    ["", null],
    ["0", 0],
    [" 12 ", 12],
    ["86401", 86_400],
    ["9".repeat(400), 86_400],
    ["-5", null],
    ["1.5", null],
    ["2026", 2026],
    ["2026-11-23", null],
    ["Mon, 23 Nov 2026 10:01:00 GMT", 60],
    ["Monday, 23-Nov-26 10:01:00 GMT", 60],
    ["Mon, 23 Nov 2026 09:00:00 GMT", 0],
    ["Tue, 23 Nov 2027 10:00:00 GMT", 86_400],
    ["Mon, nonsense", null],
  ] as const
) {
  Deno.test(`retryAfterSeconds is ${expected} when the header is ${String(header).slice(0, 40)}`, () => {
    assert.equal(retryAfterSeconds(header, now), expected);
  });
}
