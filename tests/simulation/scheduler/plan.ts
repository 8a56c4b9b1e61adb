/**
 * How long the simulated month is, who takes part and how likely each mishap. Every number of it is here.
 *
 * @module
 */
import { z } from "zod";

/** Ten zones; seven change their clocks, and every kind of change is among them. */
export const ZONES = [
  "UTC",
  "Europe/Oslo",
  "America/New_York",
  "Australia/Lord_Howe", // half an hour
  "Asia/Kolkata", // half an hour off, never changes
  "America/St_Johns",
  "Africa/Cairo", // at midnight; only the change back is inside
  "Pacific/Auckland", // the year is the other way round
  "Asia/Tehran", // gave summer time up
  "America/Sao_Paulo", // so did this one
] as const;

/** A stretch of simulated time, from midnight to midnight UTC. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** 31 days, around all the changes of 2026: no month holds both of any zone, and the zones do not share theirs. */
export const WINDOWS: readonly Window[] = [
  { from: "2026-03-07", to: "2026-03-09" }, // New York, St. John's: forward
  { from: "2026-03-24", to: "2026-04-05" }, // Oslo: forward; Lord Howe, Auckland: back
  { from: "2026-09-26", to: "2026-10-04" }, // Auckland, Lord Howe: forward
  { from: "2026-10-24", to: "2026-11-02" }, // Oslo, Cairo, New York, St. John's: back
];

/** One integration is due a handful of times in a window, another every quarter of an hour. */
export const SCHEDULES = [
  ...["30 2 * * *", "0 2 * * *", "45 1 * * *", "15 2 * * mon-fri", "30 1,2,3 * * sun", "@daily"],
  ...["0 3 * * *", "59 23 * * *", "0 6 1 * *", "5 4 */2 * *", "0 22 28-31 * fri", "@weekly"],
  ...["20 5,17 * * *", "10 0 * * 1-5", "0 */6 * * *", "30 4 * * *", "55 1 * * *", "30 0-3 * * sat,sun"],
] as const;
/** These go to one integration in twenty together. */
export const BUSY_SCHEDULES = [
  ...["0 * * * *", "*/15 * * * sun", "*/15 1-3 * * *", "0 8-17 * * mon-fri", "*/10 2 * * *"],
] as const;
export const CATCHUP_WINDOWS = ["5 minutes", "1 hour", "12 hours", "2 days"] as const;
export const RUN_DEADLINES = ["6 hours", "6 hours", "90 minutes"] as const;

/** Odds of a tick. */
export const TICKS = { dropped: 0.03, doubled: 0.01, delayed: 0.05 } as const;
/** How many of the others come at second :00 exactly, not within the second. */
export const PUNCTUAL = 0.3;
/** Seconds that a delayed tick comes late, at most. */
export const LONGEST_DELAY = 170;
/** Stretches without any tick, in hours at most, for each window; those that do not fit into it are left out. */
export const ABSENCES = [1, 1, 2, 4, 10, 50] as const;
/** The clock goes back by so many minutes at most, so many times a window; then often forward again. */
export const LONGEST_JUMP = 30;
export const JUMPS = 4;

/** How often an admin or the host's backend does what, for each 100 integrations and window. */
export const ACTS = { pause: 6, disable: 2, reschedule: 3, backfill: 8, press: 40 } as const;

/** Odds of what becomes of a request or an attempt. */
export const FATES = {
  request_lost: 0.02,
  worker_dies: 0.02,
  worker_stalls: 0.01,
  takes_minutes: 0.15,
  takes_hours: 0.05,
  sync_fails: 0.06,
} as const;

const USUAL_INTEGRATIONS = 200;

const environmentSchema = z.object({
  MONTH_SEED: z.coerce.number().int().nonnegative().default(2_970_401_576),
  MONTH_INTEGRATIONS: z.coerce.number().int().positive().default(USUAL_INTEGRATIONS),
});

/** What the environment may decide. */
export interface Plan {
  /** Decides every draw. Which of two ticks at once gets what is the server's affair. */
  readonly seed: number;
  readonly integrations: number;
  /** So many that everything must have happened. */
  readonly thorough: boolean;
}

/** Reads MONTH_SEED (one and the same by default; give others to look further) and MONTH_INTEGRATIONS. */
export function readPlan(environment: Readonly<Record<string, string>> = Deno.env.toObject()): Plan {
  const { MONTH_SEED, MONTH_INTEGRATIONS } = environmentSchema.parse(environment);
  return {
    seed: MONTH_SEED,
    integrations: MONTH_INTEGRATIONS,
    thorough: MONTH_INTEGRATIONS >= USUAL_INTEGRATIONS,
  };
}
