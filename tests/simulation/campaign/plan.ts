/**
 * How large a campaign is and how likely each misfortune. Every number of the campaign is here.
 *
 * @module
 */
import { z } from "zod";

/** Half of them talk to a system with idempotency keys, half to one that can only be asked. */
export const INTEGRATIONS = 6;
/** With the rounds of a usual campaign, 200 entries an integration. */
export const ENTRIES_PER_ROUND = 50;
/** Every so manieth entry is refused by the external system, each time that it is sent. */
export const REFUSED_EVERY = 17;
export const LARGEST_BATCH = 5;
/** Batches after which a worker's slice is over. */
export const LONGEST_SLICE = 6;
/** Odds that a worker sends a heartbeat between two batches. */
export const HEARTBEATS = 0.2;
/** Odds that a slice ends with a failure instead of asking to be continued. */
export const FAILED_SLICES = 0.3;
/** Entries that the host delivers again at a time. */
export const LARGEST_DELIVERY = 8;
/** Several of each at once, or they would never meet. */
export const PRESSERS = 2;
export const RECOVERERS = 2;

/** Odds of what may happen to a call, a delivery or a worker; nothing of it does in the calm at the end. */
export const MISFORTUNES = {
  delivery_dropped: 0.1,
  delivery_late: 0.15,
  delivery_doubled: 0.15,
  call_in_repeatable_read: 0.1,
  call_repeated: 0.1,
  worker_killed: 0.03,
  worker_stalled: 0.04,
  worker_finishes_early: 0.04,
  result_left_out: 0.04,
  vendor_throttles: 0.08,
  vendor_answer_lost: 0.02,
  lease_runs_out: 0.08,
  deadline_passes: 0.03,
  run_cancelled: 0.04,
  integration_paused: 0.3,
  entries_redelivered: 0.5,
  entry_changed: 0.2,
  batch_settled_by_hand: 1,
} as const;

/** Longest pauses, in milliseconds. They mix the order of things; nothing is decided by them. */
export const PAUSE = {
  poll: 6,
  vendor: 2,
  late: 120,
  stall: 120,
  press: 20,
  recover: 20,
  time: 30,
  watch: 60,
};

/**
 * What a round may take at most, in turns of a loop and calls of a worker; two or three thousand are usual. A campaign that
 * gets nowhere ends by this bound, not by a clock, so that a slow machine is no failure.
 */
export const STEPS_PER_ROUND = 40_000;

/** So long that only the campaign lets time pass: it knows which worker has died, and a slow machine kills none. */
export const ENDLESS = "10 minutes";
export const MAX_DISPATCHES = 3;
/** Attempts of the integrations in turn: some give up early. */
export const MAX_ATTEMPTS = [2, 3, 5] as const;
/** Backoffs of the integrations in turn: without one the next attempt starts in the same transaction. */
export const RETRY_BASES = ["0 seconds", "1 minute"] as const;

const USUAL_ROUNDS = 4;

const environmentSchema = z.object({
  CAMPAIGN_SEED: z.coerce.number().int().nonnegative().default(203_056_201),
  CAMPAIGN_ROUNDS: z.coerce.number().int().positive().default(USUAL_ROUNDS),
});

/** What the environment may decide. */
export interface Plan {
  /** Decides every draw; in which order the server works is its own affair, so a seed may need several tries. */
  readonly seed: number;
  /** The last one is calm, so that everything can end. */
  readonly rounds: number;
  /** Long enough that every misfortune must have happened. */
  readonly thorough: boolean;
  /** So many that even what is rare must have happened. */
  readonly exhaustive: boolean;
}

/** Reads CAMPAIGN_SEED (one and the same by default; give others to look further) and CAMPAIGN_ROUNDS. */
export function readPlan(environment: Readonly<Record<string, string>> = Deno.env.toObject()): Plan {
  const { CAMPAIGN_SEED, CAMPAIGN_ROUNDS } = environmentSchema.parse(environment);
  return {
    seed: CAMPAIGN_SEED,
    rounds: CAMPAIGN_ROUNDS,
    thorough: CAMPAIGN_ROUNDS >= USUAL_ROUNDS,
    exhaustive: CAMPAIGN_ROUNDS >= 5 * USUAL_ROUNDS,
  };
}
