/**
 * Where croner follows other rules than DESIGN section 7. Each difference has a name, a predicate as narrow as it
 * goes, the reason, and an example that a test checks. `nextByWatching` covers what is excluded here.
 *
 * @module
 */
import { Cron } from "croner";
import type { CronCase } from "./arbitrary.ts";
import { isEveryHour, readSchedule } from "./reference.ts";
import { type ClockChange, DAY, ZoneClock } from "./zone_clock.ts";

/** croner's answer, with the options that come closest to Vixie's cron; null if it finds none. */
export function askCroner({ expression, zone, after }: CronCase): number | null {
  const cron = new Cron(expression, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard" });
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** A question to which the two answered differently. */
export interface Disagreement extends CronCase {
  readonly ours: number;
  readonly croner: number | null;
}

/** One rule that differs. */
export interface CronerDifference {
  readonly name: string;
  readonly because: string;
  applies(disagreement: Disagreement): boolean;
  /** A disagreement, in ISO 8601. */
  readonly example: {
    readonly expression: string;
    readonly zone: string;
    readonly after: string;
    readonly ours: string;
    readonly croner: string;
  };
}

/** The change at which the answers part: the earlier one is its instant, or within the stretch that it repeats. */
function partingChange({ zone, ours, croner }: Disagreement): ClockChange | undefined {
  const earlier = Math.min(ours, croner ?? Infinity);
  return ZoneClock.of(zone).changes.find(({ at, by }) =>
    by > 0 ? earlier === at : earlier >= at && earlier < at - by
  );
}

/** Fixed times in croner's eyes: no wildcard and no step, anywhere in minute and hour. */
function isFixedForCroner([minute, hour]: readonly string[]): boolean {
  return !/[*/]/.test(`${minute} ${hour}`);
}

/** All of them; more than one may apply to a disagreement. */
export const CRONER_DIFFERENCES: readonly CronerDifference[] = [
  {
    name: "a day field that starts with a star restricts nothing",
    because:
      "Vixie's rule looks at the first character: `*/2` leaves the decision to the other day field, so both " +
      "must match. For croner only a lone `*` does that, and one of the two is enough.",
    applies: ({ expression }) => {
      const [, , day, , weekday] = readSchedule(expression).text;
      const bothRestrict = !day.startsWith("*") && !weekday.startsWith("*");
      return bothRestrict !== (day !== "*" && weekday !== "*");
    },
    example: {
      expression: "0 6 */2 * MON",
      zone: "UTC",
      after: "2026-11-23T10:00:00Z", // a Monday; the 25th is an odd Wednesday
      ours: "2026-12-07T06:00:00Z",
      croner: "2026-11-25T06:00:00Z",
    },
  },
  {
    name: "only the hour decides whether times are fixed",
    because:
      "DESIGN keeps the cadence of wildcard hours alone. For croner a wildcard minute or any step makes an " +
      "interval job too, which misses a skipped time and runs again in a repeated hour.",
    applies: (disagreement) => {
      const schedule = readSchedule(disagreement.expression);
      return !isEveryHour(schedule) && !isFixedForCroner(schedule.text) &&
        partingChange(disagreement) !== undefined;
    },
    example: {
      expression: "*/15 2 * * *",
      zone: "Europe/Oslo",
      after: "2026-10-25T00:50:00Z", // 2:50, and at 3:00 the clock goes back to 2:00
      ours: "2026-10-26T01:00:00Z",
      croner: "2026-10-25T01:00:00Z",
    },
  },
  {
    name: "a skipped date is made up for on the next",
    because:
      "DESIGN runs a skipped time at the first valid minute after the gap, whatever the date. croner gives it " +
      "up if the gap ends on another date, as the date line's do.",
    applies: (disagreement) => {
      const change = partingChange(disagreement);
      if (change === undefined || change.by < 0 || change.at !== disagreement.ours) return false;
      const shown = ZoneClock.of(disagreement.zone).wall(change.at);
      return isFixedForCroner(readSchedule(disagreement.expression).text) &&
        Math.floor(shown / DAY) !== Math.floor((shown - change.by) / DAY);
    },
    example: {
      expression: "0 6 30 12 *",
      zone: "Pacific/Apia",
      after: "2011-12-01T00:00:00Z", // there was no 30 December 2011
      ours: "2011-12-30T10:00:00Z",
      croner: "2012-12-29T16:00:00Z",
    },
  },
  {
    name: "Sunday to Sunday is one day",
    because:
      "A Sunday that ends a range is the seventh day for both (FRI-SUN). croner reads it so in SUN-SUN too, " +
      "which makes the whole week.",
    applies: ({ expression }) => /sun-sun/i.test(expression),
    example: {
      expression: "0 6 * * SUN-SUN",
      zone: "UTC",
      after: "2026-11-23T10:00:00Z",
      ours: "2026-11-29T06:00:00Z",
      croner: "2026-11-24T06:00:00Z",
    },
  },
];
