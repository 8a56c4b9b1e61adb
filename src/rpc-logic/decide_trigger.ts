import { cooldownLeft } from "./cooldown.ts";
import { SYNC_ERRORS } from "./error_codes.ts";
import type {
  IntegrationFacts,
  TriggerDecision,
  TriggerErrorDetails,
  TriggerErrorMessage,
  TriggerFacts,
  TriggerRejection,
} from "./trigger_facts.ts";

/** Longest idempotency key, in characters (code points, as `char_length` counts them). */
const MAX_KEY_LENGTH = 200;

/**
 * The decision of `public.trigger_integration_sync` as a pure function: the same checks in the same order, the first
 * that fails answers. With it the rules can be read, unit-tested and compared with the SQL
 * (`tests/integration/parity/`). A client can say in advance what a press of the button would do.
 *
 * It does not decide what only the server can: recovery of lost workers is over when `facts.activeRun` is read, and
 * a missing function URL (`function_url_not_configured`) is the operator's fault.
 *
 * @param facts What the database knows about the caller, the request and the integration.
 * @param now The instant of the decision; in the SQL it is the transaction's `now()`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decideTrigger } from "./decide_trigger.ts";
 *
 * const decision = decideTrigger({
 *   caller: {
 *     actsForAll: false,
 *     subject: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *     userId: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *     isAnonymous: false,
 *     role: "admin",
 *   },
 *   request: { integrationType: "xledger", idempotencyKey: null },
 *   knownTypes: ["dynamics", "webhook", "xledger"],
 *   integration: {
 *     integrationId: "0b0f5f4e-2a52-4f0e-8a51-6a4a3a4f7d02",
 *     enabled: true,
 *     pausedAt: null,
 *     pauseReason: null,
 *     resumeAt: null,
 *     manualCooldownSeconds: 300,
 *   },
 *   keyHolder: null,
 *   activeRun: null,
 *   newestManualTriggeredAt: new Date("2026-11-23T11:56:00Z"),
 *   manualTriggeredAt: [new Date("2026-11-23T11:56:00Z")],
 *   settings: { leastCooldownSeconds: 60, pressesPerHour: 60 },
 * }, new Date("2026-11-23T12:00:00Z"));
 *
 * assert.deepEqual(decision, {
 *   outcome: "rejected",
 *   message: "rate_limited",
 *   code: "PT429",
 *   status: 429,
 *   details: { retry_after_seconds: 60, retry_at: "2026-11-23T12:01:00.000Z", limit: "cooldown" },
 * });
 * ```
 */
export function decideTrigger(facts: TriggerFacts, now: Date): TriggerDecision {
  const { caller, request, integration, keyHolder, activeRun } = facts;

  if (!caller.actsForAll) {
    // The caller has not signed in, whatever the subject of the session is.
    if (caller.isAnonymous) return reject("not_authenticated", null);
    // A third-party sign-in whose users are no uuids: signing in again would not help.
    if (caller.userId === null && caller.subject !== null) return reject("unsupported_identity", null);
    if (caller.userId === null) return reject("not_authenticated", null);

    // One answer for viewers, strangers and organisations that do not exist: existence must not leak.
    if (caller.role !== "admin" && caller.role !== "coordinator") return reject("not_authorized", null);
  }

  if (request.idempotencyKey !== null && !isIdempotencyKey(request.idempotencyKey)) {
    return reject("invalid_idempotency_key", { max_length: MAX_KEY_LENGTH });
  }

  if (request.integrationType === null || !facts.knownTypes.includes(request.integrationType)) {
    return reject("unknown_integration_type", { known_types: facts.knownTypes.toSorted() });
  }

  if (integration === null) return reject("integration_not_found", null);

  // Before the state of the integration: a client that repeats a request whose answer it lost must get its run back,
  // also when the integration has been paused since. It must never get a conflict with that very run.
  if (keyHolder !== null) {
    return keyHolder.integrationId === integration.integrationId
      ? { outcome: "replayed", runId: keyHolder.runId }
      : reject("idempotency_key_reused", { run_id: keyHolder.runId });
  }

  if (!integration.enabled) return reject("integration_disabled", null);

  const pause = currentPause(integration, now);
  if (pause !== null) return reject("integration_paused", pause);

  if (activeRun !== null) {
    // A press that found a dead worker's run and revived it got what it wanted: a run that is under way.
    if (activeRun.wasRevived) return { outcome: "revived", runId: activeRun.runId };
    return reject("sync_already_in_progress", {
      run_id: activeRun.runId,
      status: activeRun.status,
      started_at: activeRun.startedAt?.toISOString() ?? null,
      triggered_by: activeRun.triggeredBy,
    });
  }

  // The limits are between people; a backend that calls too often is its owner's own affair.
  if (caller.userId === null) return { outcome: "accepted", triggeredBy: "api" };

  const left = pressLimitLeft(facts, integration, now);
  if (left !== null) {
    return reject("rate_limited", {
      retry_after_seconds: left.retryAfterSeconds,
      retry_at: left.retryAt.toISOString(),
      limit: left.limit,
    });
  }

  return { outcome: "accepted", triggeredBy: "manual" };
}

/** The limit that holds longest; `next_manual_press` in the SQL. */
function pressLimitLeft(facts: TriggerFacts, integration: IntegrationFacts, now: Date) {
  const { leastCooldownSeconds, pressesPerHour } = facts.settings;
  const cooldown = cooldownLeft(
    facts.newestManualTriggeredAt,
    Math.max(integration.manualCooldownSeconds, leastCooldownSeconds),
    now,
  );
  const presses = facts.manualTriggeredAt.toSorted((a, b) => b.getTime() - a.getTime());
  const hour = cooldownLeft(presses[pressesPerHour - 1] ?? null, 3600, now);
  if (hour !== null && (cooldown === null || hour.retryAt > cooldown.retryAt)) {
    return { ...hour, limit: "presses_per_hour" } as const;
  }
  return cooldown && { ...cooldown, limit: "cooldown" } as const;
}

function isIdempotencyKey(key: string): boolean {
  // Blank is what btrim() leaves empty: spaces, not every white space. Spread, because length() in SQL counts an
  // emoji as one character and `.length` as two.
  return !/^ *$/.test(key) && [...key].length <= MAX_KEY_LENGTH;
}

function currentPause(
  { pausedAt, pauseReason, resumeAt }: IntegrationFacts,
  now: Date,
): TriggerErrorDetails["integration_paused"] | null {
  if (pausedAt === null) return null;
  // A pause ends by itself at resumeAt, not after it.
  if (resumeAt !== null && resumeAt.getTime() <= now.getTime()) return null;
  return {
    reason: pauseReason,
    paused_at: pausedAt.toISOString(),
    resume_at: resumeAt?.toISOString() ?? null,
  };
}

/** Generic over one message, so that each message can only be given its own details. */
function reject<M extends TriggerErrorMessage>(
  message: M,
  details: TriggerErrorDetails[M],
): Extract<TriggerRejection, { message: M }> {
  const { code, status } = SYNC_ERRORS[message];
  const rejection = { outcome: "rejected", message, code, status, details } as const;
  // TypeScript cannot reduce the mapped union for a generic M; the parameters above already guarantee it.
  return rejection as unknown as Extract<TriggerRejection, { message: M }>;
}
