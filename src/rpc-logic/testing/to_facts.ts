import type { OrgRole, TriggerDecision, TriggerFacts } from "../mod.ts";
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

/** Conditions in which recovery moves an active run on. */
const REVIVED: readonly Run["condition"][] = ["retry_due", "unclaimed", "worker_silent"];
/** Conditions in which recovery fails an active run. */
const FAILED: readonly Run["condition"][] = ["overdue", "undeliverable"];

/** The `sub` of a caller who is `foreign`, as Auth0 makes them. */
export const FOREIGN_SUBJECT = "auth0|5f7c8ec7c33c6c004bbafe82";

const KIND_NUMBERS = { org: "00004001", user: "00004002", integration: "00004003", run: "00004004" } as const;

/**
 * What the mirror gets of a situation. Like the SQL, it looks for the facts; it decides nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decideTrigger } from "../mod.ts";
 * import { loadTriggerVectors } from "./load.ts";
 * import { toDecision, toFacts } from "./to_facts.ts";
 *
 * const now = new Date("2026-11-23T12:00:00Z");
 * for (const vector of loadTriggerVectors()) {
 *   assert.deepEqual(decideTrigger(toFacts(vector.situation, now), now), toDecision(vector, now));
 * }
 * ```
 */
export function toFacts(situation: Situation, now: Date): TriggerFacts {
  // Whatever the situation lists belongs to the existing organisation.
  const owned = situation.org === "existing" ? situation : { integrations: [], runs: [] };
  const integration = owned.integrations.find((item) => item.integration_type === situation.integration_type);
  const runs = owned.runs.filter((run) => run.integration_type === situation.integration_type);
  const activeRun = runs.find((run) =>
    (run.status === "pending" || run.status === "running") && !FAILED.includes(run.condition)
  );
  const manual = runs.filter((run) => run.triggered_by === "manual").map((run) => run.triggered_seconds_ago);
  const keyHolder = situation.idempotency_key === null
    ? undefined
    : owned.runs.find((run) => run.idempotency_key === situation.idempotency_key);
  const ago = (seconds: number) => instant(now, -seconds);
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
    integration: integration === undefined ? null : {
      integrationId: idOf("integration", integration.integration_type),
      enabled: integration.enabled,
      pausedAt: integration.pause === null ? null : ago(integration.pause.paused_seconds_ago),
      pauseReason: integration.pause?.reason ?? null,
      resumeAt: integration.pause === null || integration.pause.resume_in_seconds === null
        ? null
        : instant(now, integration.pause.resume_in_seconds),
      manualCooldownSeconds: integration.cooldown_seconds,
    },
    keyHolder: keyHolder === undefined ? null : {
      runId: idOf("run", keyHolder.label),
      integrationId: idOf("integration", keyHolder.integration_type),
    },
    activeRun: activeRun === undefined ? null : {
      runId: idOf("run", activeRun.label),
      status: activeRun.status === "running" ? "running" : "pending",
      startedAt: activeRun.started_seconds_ago === null ? null : ago(activeRun.started_seconds_ago),
      triggeredBy: activeRun.triggered_by,
      wasRevived: REVIVED.includes(activeRun.condition),
    },
    newestManualTriggeredAt: manual.length === 0 ? null : ago(Math.min(...manual)),
    manualTriggeredAt: owned.runs.filter((run) => run.triggered_by === "manual")
      .map((run) => ago(run.triggered_seconds_ago)),
    settings: {
      leastCooldownSeconds: situation.settings.least_cooldown_seconds,
      pressesPerHour: situation.settings.presses_per_hour,
    },
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
 * assert.deepEqual(toDecision(first, new Date()), { outcome: "accepted", triggeredBy: "manual" });
 * ```
 */
export function toDecision({ expect }: TriggerVector, now: Date): TriggerDecision {
  if (expect.outcome === "accepted") return { outcome: "accepted", triggeredBy: expect.triggered_by };
  if (expect.outcome !== "rejected") return { outcome: expect.outcome, runId: idOf("run", expect.run) };
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
