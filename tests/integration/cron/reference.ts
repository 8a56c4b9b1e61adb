/**
 * The rules of DESIGN section 7 by brute force: it watches a clock, minute by minute of real time, and knows nothing
 * of fields to advance or offsets to subtract. Slow on purpose; an oracle for `sync_scheduler.next_cron_occurrence`.
 *
 * @module
 */
import { DAY, MINUTE, type ZoneClock } from "./zone_clock.ts";

const MACROS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const MONTHS = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** A cron expression as sets. */
export interface Schedule {
  readonly text: readonly [minute: string, hour: string, day: string, month: string, weekday: string];
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
}

function values(field: string, lowest: number, highest: number, names: readonly string[] = []): Set<number> {
  const number = (text: string) => /^\d+$/.test(text) ? Number(text) : names.indexOf(text.toLowerCase());
  return new Set(
    field.split(",").flatMap((part) => {
      const [range = "", step = "1"] = part.split("/");
      const [from = "", to = from] = range === "*" ? [`${lowest}`, `${highest}`] : range.split("-");
      // The only backward range that is allowed is one to the Sunday at the end of the week.
      const last = number(to) < number(from) && to.toLowerCase() === "sun" ? 7 : number(to);
      const chosen: number[] = [];
      for (let value = number(from); value <= last; value += Number(step)) chosen.push(value);
      return chosen;
    }),
  );
}

/** Reads a valid expression. */
export function readSchedule(expression: string): Schedule {
  const written = MACROS[expression.trim().toLowerCase()] ?? expression;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = written.trim().split(/\s+/);
  const weekdays = values(weekday, 0, 7, WEEKDAYS);
  return {
    text: [minute, hour, day, month, weekday],
    minutes: values(minute, 0, 59),
    hours: values(hour, 0, 23),
    days: values(day, 1, 31),
    months: values(month, 1, 12, MONTHS),
    weekdays: new Set([...weekdays].map((value) => value % 7)),
  };
}

/** Whether the three day fields allow a date, by Vixie's rule. */
export function matchesDate(schedule: Schedule, wall: number): boolean {
  const date = new Date(wall);
  if (!schedule.months.has(date.getUTCMonth() + 1)) return false;
  const [, , day, , weekday] = schedule.text;
  const byDay = schedule.days.has(date.getUTCDate());
  const byWeekday = schedule.weekdays.has(date.getUTCDay());
  return day.startsWith("*") || weekday.startsWith("*") ? byDay && byWeekday : byDay || byWeekday;
}

/** Whether all five fields allow a wall time. */
export function matches(schedule: Schedule, wall: number): boolean {
  const time = new Date(wall);
  return schedule.minutes.has(time.getUTCMinutes()) && schedule.hours.has(time.getUTCHours()) &&
    matchesDate(schedule, wall);
}

/** Whether the hour field is a wildcard, so that the cadence counts and not the local time. */
export function isEveryHour(schedule: Schedule): boolean {
  return schedule.text[1].startsWith("*");
}

/**
 * The first instant after `after` at which the schedule is due. The zone's offsets must be whole minutes.
 *
 * @param years How far to look before it is an error.
 */
export function nextByWatching(schedule: Schedule, clock: ZoneClock, after: number, years = 45): number {
  const everyHour = isEveryHour(schedule);
  const begin = Math.floor(after / MINUTE) * MINUTE;
  // The furthest that the clock has ever been: what it shows again, or skips, is known by that.
  let furthest = -Infinity;
  for (let t = begin - 26 * 60 * MINUTE; t <= begin; t += MINUTE) {
    furthest = Math.max(furthest, clock.wall(t));
  }

  const end = begin + years * 366 * DAY;
  for (let t = begin + MINUTE; t < end;) {
    const wall = clock.wall(t);
    if (
      t % DAY === 0 && clock.changesBetween(t - DAY, t + DAY).length === 0 && furthest === wall - MINUTE &&
      !mayMatch(schedule, wall)
    ) {
      t += DAY;
      furthest = wall + DAY - MINUTE;
      continue;
    }
    if (everyHour) {
      if (matches(schedule, wall)) return t;
    } else {
      for (let passed = furthest + MINUTE; passed <= wall; passed += MINUTE) {
        if (matches(schedule, passed)) return t;
      }
    }
    furthest = Math.max(furthest, wall);
    t += MINUTE;
  }
  throw new Error(`${schedule.text.join(" ")} is not due in ${years} years in ${clock.zone}`);
}

/** Whether a date of the 24 hours from this wall time on is allowed. */
function mayMatch(schedule: Schedule, wall: number): boolean {
  return matchesDate(schedule, wall) || matchesDate(schedule, wall + DAY - MINUTE);
}
