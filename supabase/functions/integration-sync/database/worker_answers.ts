/**
 * What the `sync_worker_*` RPCs answer, parsed. The contract is docs/design/worker-protocol.md.
 *
 * @module
 */
import * as z from "../core/zod.ts";

// PostgREST renders numeric as a number; @supabase/lite as a string.
const wireNumber = z.union([
  z.number(),
  z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), z.transform(Number)),
]);
const count = z.pipe(wireNumber, z.int().check(z.nonnegative()));
const seconds = z.pipe(wireNumber, z.number().check(z.positive()));
// guid, not uuid: Postgres takes any 128 bits, also ones that no RFC version describes.
const id = z.guid();

// "2026-11-23 10:00:00.12+00" (lite) and "2026-11-23T10:00:00.12+00:00" (PostgREST). What is no time is NaN,
// and no number.
const wireTime = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => Date.parse(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"))),
    z.number(),
  ),
);

const progress = { entries_total: count, entries_done: count, entries_failed: count };

// How to reach the external system. Without its address no credentials are used; see `openConnector`.
const connection = {
  config: z.unknown(),
  credentials: z.unknown(),
  address: z.optional(z.unknown()),
  credentials_needed: z.nullish(z.string()),
};

/** Answer of `sync_worker_claim`. */
export const claimAnswer = z.object({
  org_id: id,
  integration_id: id,
  integration_type: z.string().check(z.minLength(1)),
  ...connection,
  checkpoint: z.unknown(),
  lease_seconds: seconds,
  heartbeat_seconds: seconds,
  slice_seconds: seconds,
  cancel_requested: z.boolean(),
  ...progress,
});

/** Answer of `sync_worker_heartbeat`; the time is in milliseconds since the epoch. */
export const heartbeatAnswer = z.object({ cancel_requested: z.boolean(), lease_expires_at: wireTime });

const entry = z.object({
  entry_key: z.string().check(z.minLength(1)),
  period: z.string(),
  document_number: z.nullable(z.string()),
  payload: z.unknown(),
  settled: z.boolean(),
});

/**
 * Answer of `sync_worker_reserve_entries`: nothing left, nothing while the integration is paused, or a batch of at least
 * one entry. `refusal`: why entries that are left were refused alone; nothing of this run shows that others are taken.
 * `left_over`: an earlier run has left the batch without an outcome.
 */
export const reserveAnswer = z.union([
  z.object({
    batch_id: z.null(),
    paused: z.optional(z.boolean()),
    refusal: z.nullish(z.string()),
    cancel_requested: z.boolean(),
  }),
  z.object({
    batch_id: id,
    resend: z.boolean(),
    left_over: z.optional(z.boolean()),
    entries: z.array(entry).check(z.minLength(1)),
    cancel_requested: z.boolean(),
  }),
]);

/** Answer of `sync_worker_record_results`. */
export const recordAnswer = z.object({ cancel_requested: z.boolean(), ...progress });

/** Answer of `sync_worker_finish`; the time is in milliseconds since the epoch. */
export const finishAnswer = z.object({ status: z.string(), next_attempt_at: z.nullish(wireTime) });

const checkClaim = z.object({
  org_id: id,
  integration_id: id,
  integration_type: z.string().check(z.minLength(1)),
  ...connection,
  timeout_seconds: seconds,
});
/** Answer of `sync_worker_claim_probes`: at least one, or the call is refused. */
export const checksAnswer = z.array(checkClaim).check(z.minLength(1));

/** What a claim hands over. */
export type Claim = z.infer<typeof claimAnswer>;
/** What a heartbeat brings back. */
export type Heartbeat = z.infer<typeof heartbeatAnswer>;
/** A reserved batch, or `batch_id: null` when nothing is left. */
export type Reservation = z.infer<typeof reserveAnswer>;
/** Progress of the run after results were recorded. */
export type Recorded = z.infer<typeof recordAnswer>;
/** What the engine made of the attempt's end. */
export type Finished = z.infer<typeof finishAnswer>;
/** What the claim of a connection check hands over. */
export type CheckClaim = z.infer<typeof checkClaim>;
