const fallbackSeconds = 60;
/** A longer wait, or an instant further away, is a mistake of the sender: 366 days. */
const longestSeconds = 366 * 24 * 60 * 60;

/**
 * Reads a `Retry-After` header as seconds to wait. Null: there is none. A header that makes no sense counts as a
 * minute, so that a mistake of the sender neither repeats the request at once nor parks a run for a year.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { retryAfterSeconds } from "./retry_after.ts";
 *
 * const now = Date.parse("2026-11-23T10:00:00Z");
 * assert.equal(retryAfterSeconds("120", now), 120);
 * assert.equal(retryAfterSeconds("Mon, 23 Nov 2026 10:00:30 GMT", now), 30);
 * assert.equal(retryAfterSeconds("soon", now), 60);
 * assert.equal(retryAfterSeconds(null, now), null);
 * ```
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  const value = header?.trim() ?? "";
  return value === "" ? null : hintSeconds(value, now) ?? fallbackSeconds;
}

/**
 * Reads a hint of an external system as seconds to wait. The hint is a number of seconds, an HTTP date, or an ISO 8601
 * instant with its zone. A number that is too large for seconds is an instant, in seconds or milliseconds since 1970.
 * An instant that is over is 0. Null: the hint makes no sense.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hintSeconds } from "./retry_after.ts";
 *
 * const now = Date.parse("2026-11-23T10:00:00Z");
 * assert.equal(hintSeconds(90, now), 90);
 * assert.equal(hintSeconds("2026-11-23T11:00:30+01:00", now), 30);
 * assert.equal(hintSeconds(now / 1000 + 30, now), 30);
 * assert.equal(hintSeconds("10:00", now), null);
 * ```
 */
export function hintSeconds(hint: unknown, now: number): number | null {
  if (typeof hint === "number") return numberSeconds(hint, now);
  if (typeof hint !== "string") return null;
  const text = hint.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return numberSeconds(Number(text), now);
  // Date.parse accepts nearly anything: an HTTP date begins with the name of a day, an ISO instant ends with a zone.
  const isInstant = /^[A-Z][a-z]+,? /.test(text) || /^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$/.test(text);
  return isInstant ? secondsUntil(Date.parse(text), now) : null;
}

function numberSeconds(value: number, now: number): number | null {
  if (!(value >= 0)) return null;
  if (value <= longestSeconds) return Math.ceil(value);
  return secondsUntil(value * 1000, now) ?? secondsUntil(value, now);
}

function secondsUntil(instant: number, now: number): number | null {
  const seconds = Math.ceil((instant - now) / 1000);
  return Math.abs(seconds) <= longestSeconds ? Math.max(seconds, 0) : null;
}
