/**
 * The shape of a trigger vector: a situation and what the trigger must answer, in a form that any language can
 * read. Instants are seconds relative to the call, at most a day, with at most three decimals, as TypeScript knows
 * milliseconds. Runs have labels instead of ids.
 *
 * @module
 */
import { z } from "zod";

/** The integration types that every installation begins with. */
export const KNOWN_TYPES = ["dynamics", "webhook", "xledger"] as const;

const knownType = z.enum(KNOWN_TYPES);
const role = z.enum(["admin", "coordinator", "viewer"]);
const seconds = z.number().multipleOf(0.001).min(-86_400).max(86_400);
const secondsAgo = seconds.min(0);

const integration = z.strictObject({
  integration_type: knownType,
  enabled: z.boolean(),
  manual_cooldown_seconds: secondsAgo,
  pause: z.strictObject({
    paused_seconds_ago: secondsAgo,
    reason: z.string().min(1).max(500).nullable(),
    resume_in_seconds: seconds.nullable(),
  }).nullable(),
});

const run = z.strictObject({
  label: z.string().regex(/^r[1-9]$/),
  integration_type: knownType,
  status: z.enum(["pending", "running", "succeeded", "failed", "cancelled", "skipped"]),
  triggered_by: z.enum(["manual", "schedule", "api", "backfill"]),
  triggered_seconds_ago: secondsAgo,
  started_seconds_ago: secondsAgo.nullable(),
  /**
   * Why an active run does or does not move; final runs are `healthy`. Recovery does nothing for `healthy`,
   * `waiting_for_retry` and `overdue_held` (past its deadline, but its worker's lease is not over). It moves on
   * `retry_due`, `unclaimed` (dispatched but not claimed) and `worker_silent` (its lease is over). It fails `overdue`
   * (past its deadline) and `undeliverable` (dispatched as often as allowed).
   */
  condition: z.enum([
    "healthy",
    "waiting_for_retry",
    "retry_due",
    "unclaimed",
    "worker_silent",
    "overdue",
    "overdue_held",
    "undeliverable",
  ]),
  idempotency_key: z.string().nullable(),
});

/** In expected details `{ run }` stands for the id of a run and `{ seconds_from_now }` for an instant. */
const detail = z.union([
  z.string(),
  z.number(),
  z.null(),
  z.array(z.string()),
  z.strictObject({ run: run.shape.label }),
  z.strictObject({ seconds_from_now: seconds }),
]);

const notice = z.literal("scheduler_not_ticking").nullable().default(null);

const expectation = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("start"), triggered_by: z.enum(["manual", "api"]), notice }),
  z.strictObject({ outcome: z.literal("replay"), run: run.shape.label }),
  z.strictObject({ outcome: z.literal("revive"), run: run.shape.label, notice }),
  z.strictObject({
    outcome: z.literal("reject"),
    code: z.string().regex(/^PT[45][0-9]{2}$/),
    message: z.string(),
    details: z.record(z.string(), detail).nullable(),
  }),
]);

/** A situation without the answer, as generated cases have it. */
export const situationSchema = z.strictObject({
  /**
   * `anonymous` is signed in by `signInAnonymously`. `signed_out` has no JWT, `foreign` has one whose `sub` is no uuid,
   * and `service_role` has one without a user. `host` is the owner of the database, without a JWT.
   */
  caller: z.enum(["signed_in", "anonymous", "signed_out", "foreign", "service_role", "host"]),
  /** The organisation named in the call. */
  org: z.enum(["existing", "unknown", "null"]),
  /** The caller's role in that organisation. */
  role: role.nullable(),
  integration_type: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  integrations: z.array(integration),
  runs: z.array(run),
  /** The limits of the installation. */
  settings: z.strictObject({
    least_cooldown_seconds: seconds.min(0),
    presses_per_hour: z.int().min(1).max(10_000),
  }),
  /** Does the scheduler tick? */
  scheduler: z.enum(["ticking", "silent"]),
  /** A second organisation, whose xledger run has just been triggered by hand and is pending. */
  elsewhere: z.strictObject({ role: role.nullable(), idempotency_key: z.string().nullable() }).nullable(),
}).superRefine((situation, context) => {
  // What the database's constraints forbid cannot be a vector.
  const { integrations, runs } = situation;
  const isActive = (status: string) => status === "pending" || status === "running";
  const problems: Record<string, boolean> = {
    "a role needs an existing organisation": situation.role !== null && situation.org !== "existing",
    "one integration a type": repeats(integrations.map((item) => item.integration_type)),
    "labels are unique": repeats(runs.map((item) => item.label)),
    "one run a key": repeats(runs.flatMap((item) => item.idempotency_key ?? [])),
    "one active run an integration": repeats(
      runs.filter((item) => isActive(item.status)).map((item) => item.integration_type),
    ),
    "a run needs its integration": runs.some((item) =>
      !integrations.some((owner) => owner.integration_type === item.integration_type)
    ),
    "a running run has started": runs.some((item) =>
      item.status === "running" && item.started_seconds_ago === null
    ),
    "the condition fits the status": runs.some((item) => !CONDITIONS[item.status].includes(item.condition)),
  };
  for (const [message, broken] of Object.entries(problems)) {
    if (broken) context.addIssue({ code: "custom", message });
  }
});

/** A named situation with the answer. */
export const vectorSchema = z.strictObject({
  name: z.string().min(1),
  situation: situationSchema,
  expect: expectation,
});

/** See {@link situationSchema}. */
export type Situation = z.infer<typeof situationSchema>;
/** One of {@link Situation}'s runs. */
export type Run = Situation["runs"][number];
/** See {@link vectorSchema}. */
export type TriggerVector = z.infer<typeof vectorSchema>;

/** The conditions in which a run of each status can be. */
export const CONDITIONS: Readonly<Record<Run["status"], readonly Run["condition"][]>> = {
  pending: ["healthy", "waiting_for_retry", "retry_due", "unclaimed", "overdue", "undeliverable"],
  running: ["healthy", "worker_silent", "overdue", "overdue_held"],
  succeeded: ["healthy"],
  failed: ["healthy"],
  cancelled: ["healthy"],
  skipped: ["healthy"],
};

function repeats(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}
