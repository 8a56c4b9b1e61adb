import { toInstant, toRelativeTime } from "../client/mod.ts";

/** Day and month before hours and minutes, as people in Norway read them; the words of the page are English. */
export const LOCALE = "en-GB";
const DAY_MS = 24 * 3600_000;

/** An instant on the clocks of a zone: `Wed 25 Nov, 14:05`. */
export function inZone(at: Date | string | null, timeZone: string, withDay = true): string {
  const instant = at instanceof Date ? at : toInstant(at);
  if (instant === null) return "–";
  const time = new Intl.DateTimeFormat(LOCALE, { timeZone, hour: "2-digit", minute: "2-digit" }).format(
    instant,
  );
  if (!withDay) return time;
  const parts = { timeZone, weekday: "short", day: "numeric", month: "short" } as const;
  return `${new Intl.DateTimeFormat(LOCALE, parts).format(instant).replace(",", "")}, ${time}`;
}

/** How long ago; "now" if it lies ahead by a clock that is wrong. */
export function ago(at: string | null, now: Date): string {
  const instant = toInstant(at);
  return instant === null ? "never" : toRelativeTime(instant, now, LOCALE);
}

/** How soon, or how long ago if it is over. */
export function relative(at: string | null, now: Date): string {
  const ahead = ((toInstant(at)?.getTime() ?? 0) - now.getTime()) / 1000;
  return ahead > 0 ? `in ${duration(ahead)}` : ago(at, now);
}

/** Seconds in at most two units: `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  // Rounded before the unit is chosen: 119.6 seconds are two minutes, not one and sixty seconds.
  const tenths = Math.round(seconds * 10);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1440)} days`;
}

/** Seconds between two instants; null when one is missing. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  const [begin, end] = [toInstant(from), toInstant(to)];
  return begin === null || end === null ? null : (end.getTime() - begin.getTime()) / 1000;
}

/** `1 run`, `1,240 runs`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString(LOCALE)} ${count === 1 ? singular : plural}`;
}

/** The last days of a calendar as `2026-11-30`, the oldest first and today last. */
export function lastDays(count: number, now: Date, timeZone: string): string[] {
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone }).format(now);
  // By the calendar: a day on which clocks are changed has not 24 hours.
  const noon = Date.parse(`${today}T12:00Z`);
  return Array.from(
    { length: count },
    (_, n) => new Date(noon - (count - 1 - n) * DAY_MS).toISOString().slice(0, 10),
  );
}
