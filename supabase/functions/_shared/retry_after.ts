const longestHintSeconds = 24 * 60 * 60;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date. Null when there is none or it makes no sense; at
 * most a day, so that a receiver's mistake cannot park a run for a year.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { retryAfterSeconds } from "./retry_after.ts";
 *
 * const now = Date.parse("2026-11-23T10:00:00Z");
 * assert.equal(retryAfterSeconds("120", now), 120);
 * assert.equal(retryAfterSeconds("Mon, 23 Nov 2026 10:00:30 GMT", now), 30);
 * assert.equal(retryAfterSeconds("soon", now), null);
 * ```
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  const value = header?.trim() ?? "";
  if (/^\d+$/.test(value)) return Math.min(Number(value), longestHintSeconds);
  // Date.parse takes nearly anything; an HTTP date begins with the name of a day.
  const date = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(date)) return null;
  return Math.min(Math.max(Math.ceil((date - now) / 1000), 0), longestHintSeconds);
}
