import assert from "node:assert/strict";
import fc from "fast-check";
import { decideTrigger, nextManualTrigger } from "./decide_trigger.ts";
import type { ActiveRunFacts, TriggerFacts } from "./trigger_facts.ts";

const now = new Date("2026-11-23T12:00:00Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const start = { outcome: "start", triggeredBy: "manual", notice: null };
const active: ActiveRunFacts = {
  runId: "r-1",
  status: "running",
  startedAt: at(-30),
  triggeredBy: "schedule",
  waitsFor: null,
  quotaUntil: null,
  recovery: null,
};
/** A press of a person that is accepted. */
const clear: TriggerFacts = {
  decidedAt: now,
  callerId: "u-1",
  integrationId: "i-1",
  enabled: true,
  pausedAt: null,
  pauseReason: null,
  resumeAt: null,
  key: null,
  active: null,
  manualCooldownSeconds: 300,
  leastCooldownSeconds: 60,
  newestManualTriggerAt: null,
  fullHourBeganAt: null,
  isTicking: true,
  hasIncident: false,
  hasFunctionUrl: true,
};
const decide = (change: Partial<TriggerFacts> = {}) => decideTrigger({ ...clear, ...change });

function rejects(change: Partial<TriggerFacts>, code: string, message: string, details: unknown = null) {
  const status = Number(code.slice(2));
  assert.deepEqual(decide(change), { outcome: "reject", message, code, status, details });
}
const inProgress = (change: Partial<TriggerFacts>, details: object) =>
  rejects(change, "PT409", "sync_already_in_progress", {
    run_id: "r-1",
    status: "running",
    started_at: "2026-11-23T11:59:30.000Z",
    triggered_by: "schedule",
    ...details,
  });

Deno.test("starts a run when nothing is in the way", () => {
  assert.deepEqual(decide(), start);
});

Deno.test("starts as api and without limits when the caller is no person", () => {
  const change = { callerId: null, newestManualTriggerAt: now, fullHourBeganAt: now };
  assert.deepEqual(decide(change), { ...start, triggeredBy: "api" });
});

Deno.test("starts with a notice when the scheduler is silent or the vendor has an incident", () => {
  assert.deepEqual(decide({ hasIncident: true }), { ...start, notice: "vendor_incident" });
  assert.deepEqual(decide({ hasIncident: true, isTicking: false }), {
    ...start,
    notice: "scheduler_not_ticking",
  });
});

Deno.test("rejects a disabled integration", () => {
  rejects({ enabled: false }, "PT409", "integration_disabled");
});

Deno.test("rejects a paused integration with the reason and both instants", () => {
  const paused = { pausedAt: at(-60), pauseReason: "vendor is down", resumeAt: at(1) };
  rejects(paused, "PT409", "integration_paused", {
    reason: "vendor is down",
    paused_at: "2026-11-23T11:59:00.000Z",
    resume_at: "2026-11-23T12:00:01.000Z",
  });
});

Deno.test("rejects a pause without an end", () => {
  rejects({ pausedAt: at(-86_400) }, "PT409", "integration_paused", {
    reason: null,
    paused_at: "2026-11-22T12:00:00.000Z",
    resume_at: null,
  });
});

Deno.test("starts when the pause ends at this instant", () => {
  assert.deepEqual(decide({ pausedAt: at(-60), resumeAt: now }), start);
});

Deno.test("rejects while a run is active and names it", () => {
  inProgress({ active }, {});
});

Deno.test("rejects while a run is pending, which has not started", () => {
  const pending = { ...active, status: "pending", startedAt: null } as const;
  inProgress({ active: pending }, { status: "pending", started_at: null });
});

Deno.test("names what the active run waits for", () => {
  inProgress({ active, hasIncident: true }, { notice: "vendor_incident" });
  const waits = { ...active, waitsFor: "vendor_quota_exhausted", quotaUntil: at(60) };
  inProgress({ active: waits, hasIncident: true }, {
    notice: "vendor_quota_exhausted",
    quota_until: "2026-11-23T12:01:00.000Z",
  });
  inProgress({ active: waits, isTicking: false }, { notice: "scheduler_not_ticking" });
});

Deno.test("revives an active run that is stuck, before any limit", () => {
  for (const recovery of ["continues", "done"] as const) {
    const change = { active: { ...active, recovery }, newestManualTriggerAt: now };
    assert.deepEqual(decide(change), { outcome: "revive", runId: "r-1", notice: null });
    assert.deepEqual(decide({ ...change, isTicking: false }), {
      outcome: "revive",
      runId: "r-1",
      notice: "scheduler_not_ticking",
    });
  }
});

Deno.test("decides as without the active run when its recovery ends it", () => {
  const ends = { ...active, recovery: "ends" } as const;
  assert.deepEqual(decide({ active: ends }), start);
  rejects({ active: ends, newestManualTriggerAt: at(-299) }, "PT429", "rate_limited", {
    retry_after_seconds: 1,
    retry_at: "2026-11-23T12:00:01.000Z",
    limit: "cooldown",
  });
});

Deno.test("rejects a second press within 5 minutes with the seconds left", () => {
  rejects({ newestManualTriggerAt: at(-299) }, "PT429", "rate_limited", {
    retry_after_seconds: 1,
    retry_at: "2026-11-23T12:00:01.000Z",
    limit: "cooldown",
  });
  assert.deepEqual(decide({ newestManualTriggerAt: at(-300) }), start);
});

Deno.test("takes a cooldown below the installation's least one for that one", () => {
  const eager = { manualCooldownSeconds: 0 };
  rejects({ ...eager, newestManualTriggerAt: at(-59) }, "PT429", "rate_limited", {
    retry_after_seconds: 1,
    retry_at: "2026-11-23T12:00:01.000Z",
    limit: "cooldown",
  });
  assert.deepEqual(decide({ ...eager, newestManualTriggerAt: at(-60) }), start);
});

Deno.test("rejects a press until the organisation's hour is over", () => {
  const hour = { retry_after_seconds: 1, retry_at: "2026-11-23T12:00:01.000Z", limit: "presses_per_hour" };
  rejects({ fullHourBeganAt: at(-3599) }, "PT429", "rate_limited", hour);
  assert.deepEqual(decide({ fullHourBeganAt: at(-3600) }), start);
});

Deno.test("names the limit that holds longest", () => {
  rejects({ fullHourBeganAt: at(-3599), newestManualTriggerAt: at(-10) }, "PT429", "rate_limited", {
    retry_after_seconds: 290,
    retry_at: "2026-11-23T12:04:50.000Z",
    limit: "cooldown",
  });
});

Deno.test("replays the run of the key in any state of the integration", () => {
  const key = { runId: "r-9", integrationId: "i-1" };
  for (const change of [{}, { active }, { enabled: false }, { newestManualTriggerAt: now }]) {
    assert.deepEqual(decide({ key, ...change }), { outcome: "replay", runId: "r-9" });
  }
});

Deno.test("rejects a key that another integration of the organisation has used", () => {
  const key = { runId: "r-9", integrationId: "i-2" };
  rejects({ key }, "PT409", "idempotency_key_reused", { run_id: "r-9" });
});

Deno.test("rejects a start when the function's address is not known", () => {
  rejects({ hasFunctionUrl: false }, "PT503", "function_url_not_configured", {
    run: "npx sync-scheduler doctor",
  });
});

Deno.test("answers the first failing check when all of them fail", () => {
  // From the last check to the first: each change adds an earlier failure to all the later ones.
  let facts = clear;
  const expectNext = (change: Partial<TriggerFacts>, message: string) => {
    facts = { ...facts, ...change };
    const decision = decideTrigger(facts);
    assert.equal(decision.outcome === "reject" ? decision.message : decision.outcome, message);
  };
  expectNext({ hasFunctionUrl: false }, "function_url_not_configured");
  expectNext({ newestManualTriggerAt: now }, "rate_limited");
  expectNext({ active }, "sync_already_in_progress");
  expectNext({ pausedAt: at(-1) }, "integration_paused");
  expectNext({ enabled: false }, "integration_disabled");
  expectNext({ key: { runId: "r-9", integrationId: "i-2" } }, "idempotency_key_reused");
});

Deno.test("there is no next press to wait for before the first press", () => {
  assert.equal(nextManualTrigger(clear), null);
});

Deno.test("a caller who waits for retry_after_seconds is never too early, and a second less is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000 }),
      fc.integer({ min: 0, max: 3600 }),
      (millisecondsAgo, manualCooldownSeconds) => {
        const facts = {
          ...clear,
          newestManualTriggerAt: new Date(now.getTime() - millisecondsAgo),
          manualCooldownSeconds,
          leastCooldownSeconds: 0,
        };
        const decision = decideTrigger(facts);
        if (decision.outcome !== "reject") return millisecondsAgo >= manualCooldownSeconds * 1000;
        if (decision.message !== "rate_limited") return false;
        const { retry_after_seconds, retry_at } = decision.details;
        const isLimited = (decidedAt: Date) => decideTrigger({ ...facts, decidedAt }).outcome === "reject";
        return !isLimited(at(retry_after_seconds)) && !isLimited(new Date(retry_at)) &&
          isLimited(at(retry_after_seconds - 1));
      },
    ),
  );
});
