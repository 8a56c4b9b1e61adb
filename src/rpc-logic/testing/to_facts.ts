import type { OrgRole, Recovery, TriggerCall, TriggerDecision, TriggerFacts } from "../mod.ts";
import { KNOWN_TYPES, type Run, type Situation, type TriggerVector } from "./schema.ts";

/**
 * The id that a thing of a vector has in the facts and in the database. The ids are fixed: a test writes them to a
 * database in a transaction that is rolled back.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { idOf } from "./to_facts.ts";
 *
 * assert.equal(idOf("run", "r1"), idOf("run", "r1"));
 * assert.notEqual(idOf("run", "r1"), idOf("run", "r2"));
 * ```
 */
export function idOf(kind: keyof typeof KIND_NUMBERS, label: string): string {
  const tail = Array.from(new TextEncoder().encode(label), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  if (tail.length > 16) throw new Error(`label too long: ${label}`);
  const digits = `5ca1ab1e${KIND_NUMBERS[kind]}${tail.padStart(16, "0")}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What a recovery makes of an active run; the other conditions are not stuck. */
const RECOVERIES: Readonly<Partial<Record<Run["condition"], Recovery>>> = {
  retry_due: "continues",
  unclaimed: "continues",
  worker_silent: "continues",
  overdue: "ends",
  undeliverable: "ends",
};

/** The `sub` of a caller who is `foreign`, as Auth0 makes them. */
export const FOREIGN_SUBJECT = "auth0|5f7c8ec7c33c6c004bbafe82";

const KIND_NUMBERS = { org: "00004001", user: "00004002", integration: "00004003", run: "00004004" } as const;

/**
 * What the mirror gets of a situation. Like the SQL, it looks for the facts; it decides nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { triggerIntegrationSync } from "../mod.ts";
 * import { loadTriggerVectors } from "./load.ts";
 * import { toCall, toDecision } from "./to_facts.ts";
 *
 * const now = new Date("2026-11-23T12:00:00Z");
 * for (const vector of loadTriggerVectors()) {
 *   assert.deepEqual(triggerIntegrationSync(toCall(vector.situation, now)), toDecision(vector, now));
 * }
 * ```
 */
export function toCall(situation: Situation, now: Date): TriggerCall {
  // Whatever the situation lists belongs to the existing organisation.
  const owned = situation.org === "existing" ? situation : { integrations: [], runs: [] };
  const integration = owned.integrations.find((item) => item.integration_type === situation.integration_type);
  const person = situation.caller === "signed_in" || situation.caller === "anonymous"
    ? idOf("user", "caller")
    : null;
  return {
    caller: {
      actsForAll: situation.caller === "service_role" || situation.caller === "host",
      subject: situation.caller === "foreign" ? FOREIGN_SUBJECT : person,
      userId: person,
      isAnonymous: situation.caller === "anonymous",
      role: situation.role satisfies OrgRole | null,
    },
    request: { integrationType: situation.integration_type, idempotencyKey: situation.idempotency_key },
    knownTypes: KNOWN_TYPES,
    facts: integration === undefined ? null : toFacts(situation, integration, owned.runs, person, now),
  };
}

function toFacts(
  { idempotency_key, settings, scheduler }: Situation,
  { integration_type, enabled, manual_cooldown_seconds, pause }: Situation["integrations"][number],
  runs: readonly Run[],
  callerId: string | null,
  now: Date,
): TriggerFacts {
  const ago = (seconds: number) => instant(now, -seconds);
  const own = runs.filter((run) => run.integration_type === integration_type);
  const active = own.find((run) => run.status === "pending" || run.status === "running");
  const holder = runs.find((run) => idempotency_key !== null && run.idempotency_key === idempotency_key);
  const manualTriggers = (of: readonly Run[]) =>
    of.filter((run) => run.triggered_by === "manual").map((run) => run.triggered_seconds_ago)
      .sort((a, b) => a - b);
  const [newest] = manualTriggers(own);
  const full = manualTriggers(runs).filter((seconds) => seconds <= 3600)[settings.presses_per_hour - 1];
  return {
    decidedAt: now,
    callerId,
    integrationId: idOf("integration", integration_type),
    enabled,
    pausedAt: pause === null ? null : ago(pause.paused_seconds_ago),
    pauseReason: pause?.reason ?? null,
    resumeAt: pause === null || pause.resume_in_seconds === null
      ? null
      : instant(now, pause.resume_in_seconds),
    key: holder === undefined ? null : {
      runId: idOf("run", holder.label),
      integrationId: idOf("integration", holder.integration_type),
    },
    active: active === undefined ? null : {
      runId: idOf("run", active.label),
      status: active.status === "running" ? "running" : "pending",
      startedAt: active.started_seconds_ago === null ? null : ago(active.started_seconds_ago),
      triggeredBy: active.triggered_by,
      waitsFor: null,
      quotaUntil: null,
      recovery: RECOVERIES[active.condition] ?? null,
    },
    manualCooldownSeconds: manual_cooldown_seconds,
    leastCooldownSeconds: settings.least_cooldown_seconds,
    newestManualTriggerAt: newest === undefined ? null : ago(newest),
    fullHourBeganAt: full === undefined ? null : ago(full),
    isTicking: scheduler === "ticking",
    hasIncident: false,
    hasFunctionUrl: true,
  };
}

/**
 * What a vector expects, in the mirror's terms: labels become ids, seconds become instants.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTriggerVectors } from "./load.ts";
 * import { toDecision } from "./to_facts.ts";
 *
 * const [first] = loadTriggerVectors();
 * assert.ok(first);
 * assert.deepEqual(toDecision(first, new Date()), {
 *   outcome: "start",
 *   triggeredBy: "manual",
 *   notice: null,
 * });
 * ```
 */
export function toDecision({ expect }: TriggerVector, now: Date): TriggerDecision {
  if (expect.outcome === "start") {
    return { outcome: "start", triggeredBy: expect.triggered_by, notice: expect.notice };
  }
  if (expect.outcome === "replay") return { outcome: "replay", runId: idOf("run", expect.run) };
  if (expect.outcome === "revive") {
    return { outcome: "revive", runId: idOf("run", expect.run), notice: expect.notice };
  }
  const details = expect.details === null ? null : Object.fromEntries(
    Object.entries(expect.details).map(([key, value]) => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return [key, value];
      return [
        key,
        "run" in value ? idOf("run", value.run) : instant(now, value.seconds_from_now).toISOString(),
      ];
    }),
  );
  // Only ever compared with a decision, so that a message with the wrong details is a failing vector.
  return { ...expect, status: Number(expect.code.slice(2)), details } as unknown as TriggerDecision;
}

function instant(now: Date, secondsFromNow: number): Date {
  // Rounded, because 0.003 * 1000 is not 3 in binary.
  return new Date(now.getTime() + Math.round(secondsFromNow * 1000));
}
