import { Cron } from "croner";

/** When a pg_cron schedule is due. */
export type CronSchedule =
  | { readonly kind: "interval"; readonly seconds: number }
  | { readonly kind: "minutes"; isDue(minute: Date): boolean };

/** Parses what `cron.schedule` has accepted: `'30 seconds'`, five fields, or a macro. Times are in UTC. */
export function parseCronSchedule(text: string): CronSchedule {
  const seconds = /^\s*(\d+)\s+seconds?\s*$/i.exec(text)?.[1];
  if (seconds !== undefined) return { kind: "interval", seconds: Number(seconds) };
  const [minute, hour, day, ...rest] = text.trim().split(/\s+/);
  // pg_cron writes the last day of the month as `$`, croner as `L`.
  const expression = day === "$" ? [minute, hour, "L", ...rest].join(" ") : text.trim();
  const cron = new Cron(expression, { timezone: "UTC", paused: true });
  return { kind: "minutes", isDue: (at) => cron.match(at) };
}
