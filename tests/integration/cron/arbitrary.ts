/**
 * Generated questions to `sync_scheduler.next_cron_occurrence`: valid expressions, zones, and instants that like the
 * days on which clocks change and the ends of months and years.
 *
 * @module
 */
import fc, { type Arbitrary } from "fast-check";
import { readSchedule, type Schedule } from "./reference.ts";
import { DAY, HOUR, MINUTE, ZoneClock } from "./zone_clock.ts";

/** The zones of the generated cases; every kind of trouble is among them. `agreedZones` leaves out what is disputed. */
export const ZONES = [
  "UTC",
  "Asia/Kolkata", // no change since 1945, half an hour
  "Asia/Kathmandu", // 5:45
  "Europe/Oslo",
  "America/New_York",
  "America/St_Johns", // changes at 0:01 until 2011, and once by two hours
  "America/Santiago", // the gap begins at midnight; the year is the other way round
  "America/Scoresbysund",
  "Australia/Lord_Howe", // half an hour
  "Pacific/Chatham", // 12:45, at 2:45
  "Pacific/Apia", // no 30 December 2011
  "Pacific/Kiritimati", // no 31 December 1994
  "Africa/Casablanca", // back for Ramadan, so at changing dates
  "Africa/Cairo", // the gap begins at midnight
  "Antarctica/Troll", // two hours
  "Antarctica/Casey", // three hours, at odd dates
  "Europe/Dublin", // the offset in winter is the one that is called saving
] as const;

/** One question. */
export interface CronCase {
  readonly expression: string;
  readonly zone: string;
  readonly after: number;
}

interface Field {
  readonly lowest: number;
  readonly highest: number;
  /** Where most values shall be. */
  readonly busy?: readonly [number, number];
  readonly names?: readonly string[];
  /** How often the field is a plain `*`, against 11 for all else. */
  readonly open: number;
}

const MONTHS = ["JAN", "feb", "Mar", "APR", "may", "jun", "jul", "aug", "SEP", "oct", "nov", "Dec"];
const WEEKDAYS = ["SUN", "mon", "Tue", "WED", "thu", "fri", "sat"];

function field({ lowest, highest, busy, names, open }: Field): Arbitrary<string> {
  const anywhere = fc.integer({ min: lowest, max: highest });
  const number = busy === undefined
    ? anywhere
    : fc.oneof({ weight: 3, arbitrary: fc.integer({ min: busy[0], max: busy[1] }) }, anywhere);
  const write = (value: number, named: boolean) => named ? names?.[value - lowest] ?? `${value}` : `${value}`;
  const value = fc.tuple(number, fc.boolean()).map(([number, named]) => write(number, named));
  const range = fc.tuple(number, number, fc.boolean()).map(([a, b, named]) =>
    `${write(Math.min(a, b), named)}-${write(Math.max(a, b), named)}`
  );
  const size = highest === 7 ? 7 : highest - lowest + 1;
  const step = fc.integer({ min: 1, max: size });
  const restricted = fc.oneof(
    value,
    range,
    fc.tuple(range, step).map(([range, step]) => `${range}/${step}`),
  );
  const starred = step.map((step) => `*/${step}`);
  return fc.oneof(
    { weight: 3 * open, arbitrary: fc.constant("*") },
    { weight: 6, arbitrary: starred },
    { weight: 18, arbitrary: restricted },
    {
      weight: 6,
      arbitrary: fc.array(restricted, { minLength: 2, maxLength: 4 }).map((all) => all.join(",")),
    },
    // A star inside of a list: Vixie's cron looks at the first character of the field alone.
    { weight: 1, arbitrary: fc.tuple(starred, value).map((pair) => pair.join(",")) },
    { weight: 1, arbitrary: fc.tuple(value, starred).map((pair) => pair.join(",")) },
  );
}

const fields = fc.tuple(
  field({ lowest: 0, highest: 59, open: 2 }),
  field({ lowest: 0, highest: 23, busy: [0, 4], open: 3 }),
  field({ lowest: 1, highest: 31, open: 20 }),
  field({ lowest: 1, highest: 12, names: MONTHS, open: 25 }),
  field({ lowest: 0, highest: 7, names: WEEKDAYS, open: 20 }),
).map((fields) => fields.join(" ")).filter((expression) => comes(readSchedule(expression)));

/** Valid expressions. */
export const expressions: Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: fields },
  { weight: 1, arbitrary: fc.constantFrom("@hourly", "@DAILY", "@weekly", "@monthly", "@yearly") },
);

/** Whether any date is ever allowed; the others are refused. */
function comes({ text, days, months }: Schedule): boolean {
  if (!text[2].startsWith("*") && !text[4].startsWith("*")) return true;
  const longest = Math.max(...[...months].map((month) => new Date(Date.UTC(2024, month, 0)).getUTCDate()));
  return Math.min(...days) <= longest;
}

/** Instants of 1973 to 2100, in milliseconds. */
export function instants(zone: string): Arbitrary<number> {
  const anywhere = fc.integer({ min: Date.UTC(1973, 0), max: Date.UTC(2100, 0) });
  const changes = ZoneClock.of(zone).changes.filter(({ at }) =>
    at > Date.UTC(1973, 0) && at < Date.UTC(2100, 0)
  );
  const around = (instant: number) =>
    fc.oneof(
      fc.constantFrom(-1, 0, 1, -MINUTE, MINUTE, 59_999),
      fc.integer({ min: -4 * HOUR, max: 4 * HOUR }),
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
    ).map((shift) => instant + shift);
  const monthEnd = fc.tuple(fc.integer({ min: 1973, max: 2099 }), fc.integer({ min: 1, max: 12 }))
    .chain(([year, month]) =>
      around(Date.UTC(year, month) - ZoneClock.of(zone).offset(Date.UTC(year, month)))
    );
  return fc.oneof(
    { weight: 2, arbitrary: anywhere },
    { weight: 1, arbitrary: monthEnd },
    ...(changes.length === 0
      ? []
      : [{ weight: 5, arbitrary: fc.constantFrom(...changes).chain(({ at }) => around(at)) }]),
  );
}

/** Whole questions about some of the zones. */
export function cronCases(zones: readonly string[]): Arbitrary<CronCase> {
  return fc.constantFrom(...zones).chain((zone) =>
    fc.record({ expression: expressions, zone: fc.constant(zone), after: instants(zone) })
  );
}
