import assert from "node:assert/strict";
import fc from "fast-check";
import { hintSeconds, retryAfterSeconds } from "./retry_after.ts";

const now = Date.parse("2026-11-23T10:00:00Z");
const nowSeconds = now / 1000;
const longest = 366 * 86_400;

for (
  const [header, expected] of [
    [null, null],
    ["", null],
    ["0", 0],
    [" 12 ", 12],
    ["1.5", 2],
    ["2026", 2026],
    ["36000", 36_000],
    ["86401", 86_401],
    [String(longest), longest],
    [String(longest + 1), 60],
    ["9".repeat(400), 60],
    ["-5", 60],
    ["soon", 60],
    ["1e3", 60],
    ["2026-11-23", 60],
    ["2026-11-23T10:01:00", 60],
    ["2026-11-23T10:01:00Z", 60],
    ["2026-11-23T11:00:30+01:00", 30],
    ["2026-11-23 10:02:00+00", 60],
    ["2026-11-23 10:02:00+0000", 120],
    ["Mon, 23 Nov 2026 10:01:00 GMT", 60],
    ["Monday, 23-Nov-26 10:01:00 GMT", 60],
    ["Mon, 23 Nov 2026 09:00:00 GMT", 0],
    ["Tue, 23 Nov 2027 10:00:00 GMT", 365 * 86_400],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 60],
    ["Wed, 23 Nov 2033 10:00:00 GMT", 60],
    ["Mon, nonsense", 60],
    [String(nowSeconds + 30), 30],
    [String(now + 30_000), 30],
    [String(nowSeconds - 30), 0],
    [String(now - 30_000), 0],
    [`${nowSeconds + 30}.25`, 31],
    [String(nowSeconds + 40 * 3600), 40 * 3600],
    // 2001 in seconds, 2286 in seconds, 2001 in milliseconds: none is near now.
    ["1000000000", 60],
    ["9999999999", 60],
    ["1000000000000", 60],
  ] as const
) {
  Deno.test(`retryAfterSeconds is ${expected} when the header is ${String(header).slice(0, 40)}`, () => {
    assert.equal(retryAfterSeconds(header, now), expected);
  });
}

Deno.test("hintSeconds is null when the hint is neither a number nor a text, or makes no sense", () => {
  for (const hint of [null, undefined, true, {}, [60], NaN, Infinity, -1, "soon", "", "12:00"]) {
    assert.equal(hintSeconds(hint, now), null);
  }
});

Deno.test("an instant means the same wait in seconds, in milliseconds and as a date", () => {
  fc.assert(fc.property(fc.integer({ min: -longest, max: longest }), (seconds) => {
    const expected = Math.max(seconds, 0);
    const instant = nowSeconds + seconds;
    assert.equal(hintSeconds(instant, now), expected);
    assert.equal(hintSeconds(String(instant * 1000), now), expected);
    assert.equal(hintSeconds(new Date(instant * 1000).toISOString(), now), expected);
    assert.equal(hintSeconds(new Date(instant * 1000).toUTCString(), now), expected);
  }));
});

Deno.test("whatever the header is, the wait is from 0 to 366 days", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.nat().map(String), fc.bigInt().map(String)), (header) => {
    const seconds = retryAfterSeconds(header, now);
    assert.ok(seconds === null || (Number.isInteger(seconds) && seconds >= 0 && seconds <= longest));
  }));
});
