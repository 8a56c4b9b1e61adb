import fc from "fast-check";
import { CONDITIONS, type Run, type Situation, situationSchema } from "./schema.ts";

type Integration = Situation["integrations"][number];

/** Mostly the usual value: a situation has to get past the early checks, or nothing later is ever tried. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const cooldowns = fc.constantFrom(300, 300, 0, 1, 60, 3600);
/** Differences to an edge: a second or a millisecond to either side, or none. */
const nudge = fc.constantFrom(-1, -0.001, 0, 0.001, 1);
const milliseconds = (seconds: number) => Math.round(seconds * 1000) / 1000;

/** Few keys, so that they meet; and those on which trimming, counting and quoting could differ. */
const keys = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.constantFrom("k1", "k2", "k3") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      " ",
      " k1",
      "K1",
      "\t",
      "\u00a0",
      "\n ",
      "'; drop table public.sync_run_log; --",
      "k".repeat(200),
      "k".repeat(201),
      "🧾".repeat(200),
      "🧾".repeat(201),
      " ".repeat(201),
      "æ".repeat(201),
    ),
  },
  // Postgres has no U+0000 in text, and refuses it before our function is called.
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }).filter((key) => !key.includes("\0")) },
);

const types = fc.oneof(
  { weight: 12, arbitrary: fc.constant("xledger") },
  { weight: 4, arbitrary: fc.constantFrom("webhook", "dynamics") },
  { weight: 1, arbitrary: fc.constantFrom(null, "", "sap", "Xledger", " xledger", "xledger'--") },
);

const pauses: fc.Arbitrary<Integration["pause"]> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      paused_seconds_ago: fc.constantFrom(0, 0.001, 60, 3600),
      reason: fc.constantFrom(null, "Årsoppgjør", `"quoted" \\ {json}`),
      resume_in_seconds: fc.oneof(nudge, fc.constantFrom(null, -60, 60)),
    }),
  },
);

function integration(integration_type: Integration["integration_type"]): fc.Arbitrary<Integration> {
  return fc.record({
    integration_type: fc.constant(integration_type),
    enabled: mostly(true, false),
    manual_cooldown_seconds: cooldowns,
    pause: pauses,
  });
}

// What most requests ask for is mostly there.
const integrationLists = fc.tuple(mostly(true, false), fc.boolean(), fc.boolean()).chain((present) =>
  fc.tuple(
    ...(["xledger", "dynamics", "webhook"] as const).filter((_, index) => present[index]).map(integration),
  )
);

/** Runs of one integration: finished ones around the edge of its cooldown, and perhaps an active one. */
function runsOf(
  { integration_type, manual_cooldown_seconds }: Integration,
): fc.Arbitrary<Omit<Run, "label">[]> {
  const triggered = fc.oneof(
    {
      weight: 3,
      arbitrary: nudge.map((seconds) => milliseconds(Math.max(0, manual_cooldown_seconds + seconds))),
    },
    // The edges of the least cooldown and of the hour.
    {
      weight: 2,
      arbitrary: fc.constantFrom(60, 3600).chain((edge) => nudge.map((s) => milliseconds(edge + s))),
    },
    { weight: 2, arbitrary: fc.constantFrom(0, 0.001, 30, 7200) },
  );
  const common = {
    integration_type: fc.constant(integration_type),
    triggered_by: mostly<Run["triggered_by"]>("manual", "schedule", "api", "backfill"),
    triggered_seconds_ago: triggered,
    idempotency_key: keys.map((key) => key?.trim() === "" || (key?.length ?? 0) > 200 ? null : key),
  };
  const finished = fc.record({
    ...common,
    status: fc.constantFrom<Run["status"]>("succeeded", "failed", "cancelled", "skipped"),
    started_seconds_ago: fc.constant(null),
    condition: fc.constant<Run["condition"]>("healthy"),
  });
  const active = fc.constantFrom<Run["status"]>("pending", "running").chain((status) =>
    fc.record({
      ...common,
      status: fc.constant(status),
      started_seconds_ago: status === "running" ? fc.constantFrom(0, 5.001) : fc.constantFrom(null, null, 20),
      condition: fc.constantFrom(...CONDITIONS[status]),
    })
  );
  return fc.tuple(
    fc.array(finished, { maxLength: 2 }),
    fc.option(active, { freq: 2, nil: undefined }).map((run) => run === undefined ? [] : [run]),
  ).map(([done, current]) => [...done, ...current]);
}

/** Keeps what the unique indexes keep: the first run of each key has it. */
function finishRuns(lists: readonly (readonly Omit<Run, "label">[])[]): Run[] {
  const used = new Set<string>();
  return lists.flat().map((run, index) => {
    const key = run.idempotency_key;
    const fresh = key !== null && !used.has(key);
    if (fresh) used.add(key);
    return { ...run, label: `r${index + 1}`, idempotency_key: fresh ? key : null };
  });
}

/**
 * Generates situations of the shape of the shared vectors, crowded at the edges. Cooldowns and pauses end a millisecond
 * before, at and after the call. Keys meet, and runs are in every state of health. Every situation is one that the
 * database can hold.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { situations } from "./arbitrary.ts";
 *
 * assert.deepEqual(fc.sample(situations(), { seed: 1, numRuns: 3 }), fc.sample(situations(), { seed: 1, numRuns: 3 }));
 * ```
 */
export function situations(): fc.Arbitrary<Situation> {
  return integrationLists.chain((integrations) =>
    fc.record({
      caller: mostly<Situation["caller"]>(
        "signed_in",
        "anonymous",
        "signed_out",
        "foreign",
        "service_role",
        "host",
      ),
      org: mostly<Situation["org"]>("existing", "existing", "existing", "unknown", "null"),
      role: mostly<Situation["role"]>("coordinator", "admin", "viewer", null),
      integration_type: types,
      idempotency_key: keys,
      integrations: fc.constant(integrations),
      runs: fc.tuple(...integrations.map(runsOf)).map(finishRuns),
      settings: fc.record({
        least_cooldown_seconds: mostly(60, 0, 61),
        presses_per_hour: mostly(60, 1, 2, 3),
      }),
      scheduler: mostly<Situation["scheduler"]>("ticking", "silent"),
      elsewhere: fc.option(
        fc.record({
          role: fc.constantFrom<Situation["role"]>("admin", "viewer", null),
          idempotency_key: fc.constantFrom(null, "k1"),
        }),
      ),
    })
  ).map((situation) =>
    situationSchema.parse(situation.org === "existing" ? situation : { ...situation, role: null })
  );
}
