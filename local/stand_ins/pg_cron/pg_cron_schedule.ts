import { z } from "zod";

/** When a pg_cron schedule is due. */
export type CronSchedule =
  | { readonly kind: "interval"; readonly seconds: number }
  | { readonly kind: "server start" }
  | { readonly kind: "minutes"; isDue(minute: Date): boolean };

const numbers = z.array(z.number());

/** What `cron._parse_schedule` makes of a schedule: one grammar for what is accepted and what it means. */
const parsedSchedule = z.union([
  z.object({ seconds: z.number() }),
  z.object({ reboot: z.literal(true) }),
  z.object({
    minutes: numbers,
    hours: numbers,
    days: numbers,
    lastDay: z.boolean(),
    months: numbers,
    weekdays: numbers,
    eitherDay: z.boolean(),
  }),
]);

/** Reads the answer of `cron._parse_schedule`. Times are in UTC. */
export function readCronSchedule(parsed: unknown): CronSchedule {
  const schedule = parsedSchedule.parse(parsed);
  if ("seconds" in schedule) return { kind: "interval", seconds: schedule.seconds };
  if ("reboot" in schedule) return { kind: "server start" };
  const { minutes, hours, days, lastDay, months, weekdays, eitherDay } = schedule;
  return {
    kind: "minutes",
    isDue(at) {
      const tomorrow = new Date(at.getTime() + 86_400_000);
      const isDay = days.includes(at.getUTCDate()) || (lastDay && tomorrow.getUTCDate() === 1);
      const weekday = at.getUTCDay();
      const isWeekday = weekdays.includes(weekday) || (weekday === 0 && weekdays.includes(7));
      return minutes.includes(at.getUTCMinutes()) && hours.includes(at.getUTCHours()) &&
        months.includes(at.getUTCMonth() + 1) && (eitherDay ? isDay || isWeekday : isDay && isWeekday);
    },
  };
}
