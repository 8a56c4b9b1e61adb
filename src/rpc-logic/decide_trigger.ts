import { rejectTrigger } from "./reject_trigger.ts";
import type { TriggerDecision, TriggerFacts, TriggerLimit } from "./trigger_facts.ts";

const HOUR_SECONDS = 3600;

/**
 * Decides what a press does, by the facts alone: `sync_scheduler.decide_trigger`, with the same steps in the same
 * order. The first check that fails answers. A recovered run is decided about once more, with `recovery: "done"`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decideTrigger } from "./decide_trigger.ts";
 *
 * const decision = decideTrigger({
 *   decidedAt: new Date("2026-11-23T12:00:00Z"),
 *   callerId: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *   integrationId: "0b0f5f4e-2a52-4f0e-8a51-6a4a3a4f7d02",
 *   enabled: true,
 *   pausedAt: null,
 *   pauseReason: null,
 *   resumeAt: null,
 *   key: null,
 *   active: null,
 *   manualCooldownSeconds: 300,
 *   leastCooldownSeconds: 60,
 *   newestManualTriggerAt: new Date("2026-11-23T11:56:00Z"),
 *   fullHourBeganAt: null,
 *   isTicking: true,
 *   hasIncident: false,
 *   hasFunctionUrl: true,
 * });
 *
 * assert.deepEqual(decision, {
 *   outcome: "reject",
 *   message: "rate_limited",
 *   code: "PT429",
 *   status: 429,
 *   details: { retry_after_seconds: 60, retry_at: "2026-11-23T12:01:00.000Z", limit: "cooldown" },
 * });
 * ```
 */
export function decideTrigger(facts: TriggerFacts): TriggerDecision {
  const { decidedAt, key, pausedAt, resumeAt, active } = facts;

  // Before the integration's state: a client that lost the answer to its request gets its run back.
  if (key !== null) {
    if (key.integrationId !== facts.integrationId) {
      return rejectTrigger("idempotency_key_reused", { run_id: key.runId });
    }
    return { outcome: "replay", runId: key.runId };
  }

  if (!facts.enabled) return rejectTrigger("integration_disabled", null);
  if (pausedAt !== null && (resumeAt === null || resumeAt > decidedAt)) {
    return rejectTrigger("integration_paused", {
      reason: facts.pauseReason,
      paused_at: pausedAt.toISOString(),
      resume_at: resumeAt?.toISOString() ?? null,
    });
  }

  // A dead worker or a dead scheduler never blocks a coordinator.
  if (active?.recovery === "continues" || active?.recovery === "done") {
    return {
      outcome: "revive",
      runId: active.runId,
      notice: facts.isTicking ? null : "scheduler_not_ticking",
    };
  }
  if (active !== null && active.recovery === null) {
    const notice = active.waitsFor ?? (facts.hasIncident ? "vendor_incident" : null);
    return rejectTrigger("sync_already_in_progress", {
      run_id: active.runId,
      status: active.status,
      started_at: active.startedAt?.toISOString() ?? null,
      triggered_by: active.triggeredBy,
      // An error undoes what the call wrote, so what the person has to know is in the details.
      ...(facts.isTicking
        ? {
          ...(active.quotaUntil === null ? {} : { quota_until: active.quotaUntil.toISOString() }),
          ...(notice === null ? {} : { notice }),
        }
        : { notice: "scheduler_not_ticking" }),
    });
  }

  // The limits are between people: the service role and the host have none.
  if (facts.callerId !== null) {
    const next = nextManualTrigger(facts);
    if (next !== null && next.triggerAt > decidedAt) {
      return rejectTrigger("rate_limited", {
        retry_after_seconds: Math.ceil((next.triggerAt.getTime() - decidedAt.getTime()) / 1000),
        retry_at: next.triggerAt.toISOString(),
        limit: next.limitedBy,
      });
    }
  }

  if (!facts.hasFunctionUrl) {
    return rejectTrigger("function_url_not_configured", { run: "npx sync-scheduler doctor" });
  }
  return {
    outcome: "start",
    triggeredBy: facts.callerId === null ? "api" : "manual",
    notice: !facts.isTicking ? "scheduler_not_ticking" : facts.hasIncident ? "vendor_incident" : null,
  };
}

/** From when on the limits let a person press, and which of them is the last to end. */
export interface NextManualTrigger {
  /** May be in the past. Exactly then a press is allowed. */
  readonly triggerAt: Date;
  /** The limit that ends last. */
  readonly limitedBy: TriggerLimit;
}

/**
 * When the limits let a person press: `sync_scheduler.next_manual_trigger`. `null`: no limit applies.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nextManualTrigger } from "./decide_trigger.ts";
 *
 * const next = nextManualTrigger({
 *   newestManualTriggerAt: new Date("2026-11-23T12:00:00Z"),
 *   manualCooldownSeconds: 300,
 *   leastCooldownSeconds: 60,
 *   fullHourBeganAt: null,
 * });
 * assert.deepEqual(next, { triggerAt: new Date("2026-11-23T12:05:00Z"), limitedBy: "cooldown" });
 * ```
 */
export function nextManualTrigger(
  facts: Pick<
    TriggerFacts,
    "newestManualTriggerAt" | "manualCooldownSeconds" | "leastCooldownSeconds" | "fullHourBeganAt"
  >,
): NextManualTrigger | null {
  const cooldown = Math.max(facts.manualCooldownSeconds, facts.leastCooldownSeconds);
  const triggerAt = after(facts.newestManualTriggerAt, cooldown);
  const hourOverAt = after(facts.fullHourBeganAt, HOUR_SECONDS);
  if (hourOverAt !== null && (triggerAt === null || hourOverAt > triggerAt)) {
    return { triggerAt: hourOverAt, limitedBy: "presses_per_hour" };
  }
  return triggerAt && { triggerAt, limitedBy: "cooldown" };
}

function after(instant: Date | null, seconds: number): Date | null {
  return instant && new Date(instant.getTime() + seconds * 1000);
}
