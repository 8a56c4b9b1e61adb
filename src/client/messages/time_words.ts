const UNITS = [["hour", 3_600], ["minute", 60], ["second", 1]] as const;
const DAY_MS = 86_400_000;

/**
 * How long ago an instant is, in words. From a day on it counts days of the calendar, as people do: on Sunday at noon,
 * Friday evening is two days ago. What lies in the future by a clock that is wrong is "now".
 *
 * @param timeZone Whose calendar; that of this machine if left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toRelativeTime } from "./time_words.ts";
 *
 * const now = new Date("2026-11-29T12:00:00Z");
 * assert.equal(toRelativeTime(new Date("2026-11-29T11:58:00Z"), now, "en-GB"), "2 minutes ago");
 * assert.equal(toRelativeTime(new Date("2026-11-29T11:58:00Z"), now, "nb"), "for 2 minutter siden");
 * assert.equal(toRelativeTime(new Date("2026-11-29T12:00:07Z"), now, "en-GB"), "now");
 * assert.equal(toRelativeTime(new Date("2026-11-27T17:00:00Z"), now, "en-GB", "Europe/Oslo"), "2 days ago");
 * ```
 */
export function toRelativeTime(instant: Date, now: Date, locale: string, timeZone?: string): string {
  // React Native has none.
  if (!Intl.RelativeTimeFormat) return toClockTime(instant, now, locale, timeZone);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const seconds = Math.max(0, Math.floor((now.getTime() - instant.getTime()) / 1000));
  const days = dayOf(now, timeZone) - dayOf(instant, timeZone);
  // The day on which clocks are put back has 25 hours.
  if (seconds * 1000 >= DAY_MS && days > 0) return words.format(-days, "day");
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1];
  return words.format(-Math.floor(seconds / size), unit);
}

/** The number of a day of the calendar. */
function dayOf(instant: Date, timeZone: string | undefined): number {
  const [month = 1, day, year = 0] = instant.toLocaleDateString("en-US", { timeZone }).split("/").map(Number);
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/**
 * A time to wait, rounded up: in minutes, or in quarters of the last one. Words that change every second would be read
 * aloud every second.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toPlainDuration } from "./time_words.ts";
 *
 * assert.equal(toPlainDuration(241, "en-GB"), "5 minutes");
 * assert.equal(toPlainDuration(9, "nb"), "15 sekunder");
 * ```
 */
export function toPlainDuration(seconds: number, locale: string): string {
  const inMinutes = seconds > 60;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: inMinutes ? "minute" : "second",
    unitDisplay: "long",
  }).format(inMinutes ? Math.ceil(seconds / 60) : Math.ceil(seconds / 15) * 15);
}

/**
 * An instant as a clock on the wall shows it; with the date, if that is not today.
 *
 * @param timeZone Whose clock; that of this machine if left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toClockTime } from "./time_words.ts";
 *
 * const now = new Date("2026-11-25T12:00:00");
 * assert.equal(toClockTime(new Date("2026-11-25T14:30:00"), now, "en-GB"), "14:30");
 * assert.match(toClockTime(new Date("2026-11-26T14:30:00"), now, "en-GB"), /26 Nov/);
 * ```
 */
export function toClockTime(instant: Date, now: Date, locale: string, timeZone?: string): string {
  const isToday = dayOf(instant, timeZone) === dayOf(now, timeZone);
  return instant.toLocaleString(locale, {
    timeZone,
    ...(isToday ? {} : { dateStyle: "medium" }),
    timeStyle: "short",
  });
}
