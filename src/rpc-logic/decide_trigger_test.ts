import assert from "node:assert/strict";
import { decideTrigger } from "./decide_trigger.ts";
import type { ActiveRunFacts, CallerFacts, IntegrationFacts, TriggerFacts } from "./trigger_facts.ts";

const now = new Date("2026-11-23T12:00:00Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const coordinator: CallerFacts = {
  actsForAll: false,
  subject: "u-1",
  userId: "u-1",
  isAnonymous: false,
  role: "coordinator",
};
const serviceRole: CallerFacts = {
  actsForAll: true,
  subject: null,
  userId: null,
  isAnonymous: false,
  role: null,
};
const accepted = { outcome: "accepted", triggeredBy: "manual" };
const integration: IntegrationFacts = {
  integrationId: "i-1",
  enabled: true,
  pausedAt: null,
  pauseReason: null,
  resumeAt: null,
  manualCooldownSeconds: 300,
};
const activeRun: ActiveRunFacts = {
  runId: "r-1",
  status: "running",
  startedAt: at(-30),
  triggeredBy: "schedule",
  wasRevived: false,
};
/** A coordinator's press that is accepted. */
const clear: TriggerFacts = {
  caller: coordinator,
  request: { integrationType: "xledger", idempotencyKey: null },
  knownTypes: ["xledger", "dynamics", "webhook"],
  integration,
  keyHolder: null,
  activeRun: null,
  newestManualTriggeredAt: null,
  manualTriggeredAt: [],
  settings: { leastCooldownSeconds: 60, pressesPerHour: 3 },
};
const withKey = (idempotencyKey: string) => ({ request: { ...clear.request, idempotencyKey } });
const decide = (change: Partial<TriggerFacts> = {}) => decideTrigger({ ...clear, ...change }, now);

function rejects(change: Partial<TriggerFacts>, code: string, message: string, details: unknown = null) {
  const status = Number(code.slice(2));
  assert.deepEqual(decide(change), { outcome: "rejected", message, code, status, details });
}

Deno.test("allows a coordinator", () => {
  assert.deepEqual(decide(), accepted);
});

Deno.test("allows an admin", () => {
  assert.deepEqual(decide({ caller: { ...coordinator, role: "admin" } }), accepted);
});

Deno.test("rejects a viewer", () => {
  rejects({ caller: { ...coordinator, role: "viewer" } }, "PT403", "not_authorized");
});

Deno.test("rejects a caller of another organisation, whatever that organisation has", () => {
  const stranger = { ...coordinator, role: null };
  rejects({ caller: stranger }, "PT403", "not_authorized");
  rejects({ caller: stranger, integration: null }, "PT403", "not_authorized");
  rejects({ caller: stranger, activeRun }, "PT403", "not_authorized");
});

Deno.test("rejects an anonymous sign-in, even of a member", () => {
  rejects({ caller: { ...coordinator, isAnonymous: true } }, "PT401", "not_authenticated");
});

Deno.test("rejects a caller who is not signed in", () => {
  rejects({ caller: { ...coordinator, subject: null, userId: null } }, "PT401", "not_authenticated");
});

Deno.test("rejects a subject that is no uuid, unless the caller acts for all", () => {
  const foreign = { ...coordinator, subject: "auth0|5f7c8ec7c33c6c004bbafe82", userId: null };
  rejects({ caller: foreign }, "PT401", "unsupported_identity");
  rejects({ caller: { ...foreign, isAnonymous: true } }, "PT401", "not_authenticated");
  assert.deepEqual(decide({ caller: { ...foreign, actsForAll: true } }), {
    outcome: "accepted",
    triggeredBy: "api",
  });
});

Deno.test("allows the service role in any organisation, as api and without cooldown", () => {
  assert.deepEqual(decide({ caller: serviceRole, newestManualTriggeredAt: now }), {
    outcome: "accepted",
    triggeredBy: "api",
  });
});

Deno.test("holds the service role to every other check", () => {
  rejects({ caller: serviceRole, integration: null }, "PT404", "integration_not_found");
  const disabled = { ...integration, enabled: false };
  rejects({ caller: serviceRole, integration: disabled }, "PT409", "integration_disabled");
});

Deno.test("rejects a blank idempotency key", () => {
  for (const key of ["", "   "]) {
    rejects(withKey(key), "PT422", "invalid_idempotency_key", { max_length: 200 });
  }
});

Deno.test("allows an idempotency key of 200 characters and rejects one of 201", () => {
  assert.equal(decide(withKey("k".repeat(200))).outcome, "accepted");
  assert.equal(decide(withKey("🧾".repeat(200))).outcome, "accepted");
  rejects(withKey("k".repeat(201)), "PT422", "invalid_idempotency_key", { max_length: 200 });
});

Deno.test("rejects an unknown integration type and names the known ones in order", () => {
  const details = { known_types: ["dynamics", "webhook", "xledger"] };
  for (const integrationType of ["sap", "", "XLEDGER", "'; drop table x; --", null]) {
    const request = { integrationType, idempotencyKey: null };
    rejects({ request, integration: null }, "PT422", "unknown_integration_type", details);
  }
});

Deno.test("rejects an integration that the organisation has not connected", () => {
  rejects({ integration: null }, "PT404", "integration_not_found");
});

Deno.test("rejects a disabled integration", () => {
  rejects({ integration: { ...integration, enabled: false } }, "PT409", "integration_disabled");
});

Deno.test("rejects a paused integration with the reason and both instants", () => {
  const paused = { ...integration, pausedAt: at(-60), pauseReason: "vendor is down", resumeAt: at(1) };
  rejects({ integration: paused }, "PT409", "integration_paused", {
    reason: "vendor is down",
    paused_at: "2026-11-23T11:59:00.000Z",
    resume_at: "2026-11-23T12:00:01.000Z",
  });
});

Deno.test("rejects a pause without an end", () => {
  rejects({ integration: { ...integration, pausedAt: at(-86_400) } }, "PT409", "integration_paused", {
    reason: null,
    paused_at: "2026-11-22T12:00:00.000Z",
    resume_at: null,
  });
});

Deno.test("allows an integration whose pause ends at this instant", () => {
  const resumed = { ...integration, pausedAt: at(-60), resumeAt: now };
  assert.deepEqual(decide({ integration: resumed }), accepted);
});

Deno.test("rejects while a run is active and names it", () => {
  rejects({ activeRun }, "PT409", "sync_already_in_progress", {
    run_id: "r-1",
    status: "running",
    started_at: "2026-11-23T11:59:30.000Z",
    triggered_by: "schedule",
  });
});

Deno.test("rejects while a run is pending, which has not started", () => {
  rejects(
    { activeRun: { ...activeRun, status: "pending", startedAt: null } },
    "PT409",
    "sync_already_in_progress",
    {
      run_id: "r-1",
      status: "pending",
      started_at: null,
      triggered_by: "schedule",
    },
  );
});

Deno.test("gives back an active run that was stuck and was revived, before any cooldown", () => {
  const revived = { activeRun: { ...activeRun, wasRevived: true }, newestManualTriggeredAt: now };
  assert.deepEqual(decide(revived), { outcome: "revived", runId: "r-1" });
});

Deno.test("rejects a second trigger within 5 minutes with the seconds left", () => {
  rejects({ newestManualTriggeredAt: at(-299) }, "PT429", "rate_limited", {
    retry_after_seconds: 1,
    retry_at: "2026-11-23T12:00:01.000Z",
    limit: "cooldown",
  });
});

Deno.test("takes a cooldown below the installation's least one for that one", () => {
  const eager = { integration: { ...integration, manualCooldownSeconds: 0 } };
  rejects({ ...eager, newestManualTriggeredAt: at(-59) }, "PT429", "rate_limited", {
    retry_after_seconds: 1,
    retry_at: "2026-11-23T12:00:01.000Z",
    limit: "cooldown",
  });
  assert.deepEqual(decide({ ...eager, newestManualTriggeredAt: at(-60) }), accepted);
});

Deno.test("rejects a fourth press of the organisation until the third newest is an hour old", () => {
  const hour = { retry_after_seconds: 1, retry_at: "2026-11-23T12:00:01.000Z", limit: "presses_per_hour" };
  rejects({ manualTriggeredAt: [at(-10), at(-3599), at(-600)] }, "PT429", "rate_limited", hour);
  assert.deepEqual(decide({ manualTriggeredAt: [at(-10), at(-3600), at(-600)] }), accepted);
  assert.deepEqual(decide({ manualTriggeredAt: [at(-10), at(-20)] }), accepted);
});

Deno.test("names the limit that holds longest", () => {
  const presses = [at(-3599), at(-20), at(-10)];
  rejects({ manualTriggeredAt: presses, newestManualTriggeredAt: at(-10) }, "PT429", "rate_limited", {
    retry_after_seconds: 290,
    retry_at: "2026-11-23T12:04:50.000Z",
    limit: "cooldown",
  });
});

Deno.test("does not bound the service role's presses", () => {
  const presses = [now, now, now];
  assert.equal(decide({ caller: serviceRole, manualTriggeredAt: presses }).outcome, "accepted");
});

Deno.test("allows a second trigger exactly at 5 minutes", () => {
  assert.deepEqual(decide({ newestManualTriggeredAt: at(-300) }), accepted);
});

Deno.test("gives the run back when the idempotency key already started one, in any state", () => {
  const replayed = { outcome: "replayed", runId: "r-9" };
  const keyHolder = { runId: "r-9", integrationId: "i-1" };
  assert.deepEqual(decide({ ...withKey("k"), keyHolder }), replayed);
  assert.deepEqual(decide({ ...withKey("k"), keyHolder, activeRun }), replayed);
  assert.deepEqual(
    decide({ ...withKey("k"), keyHolder, integration: { ...integration, enabled: false } }),
    replayed,
  );
});

Deno.test("rejects an idempotency key that another integration of the organisation has used", () => {
  const keyHolder = { runId: "r-9", integrationId: "i-2" };
  rejects({ ...withKey("k"), keyHolder }, "PT409", "idempotency_key_reused", { run_id: "r-9" });
});

Deno.test("answers the first failing check when all of them fail", () => {
  // From the last check to the first: each change adds an earlier failure to all the later ones.
  let facts: TriggerFacts = { ...clear, newestManualTriggeredAt: now };
  const expectNext = (change: Partial<TriggerFacts>, message: string) => {
    facts = { ...facts, ...change };
    const decision = decideTrigger(facts, now);
    assert.equal(decision.outcome === "rejected" ? decision.message : decision.outcome, message);
  };
  expectNext({}, "rate_limited");
  expectNext({ activeRun }, "sync_already_in_progress");
  const paused = { ...integration, pausedAt: at(-1) };
  expectNext({ integration: paused }, "integration_paused");
  expectNext({ integration: { ...paused, enabled: false } }, "integration_disabled");
  expectNext({ keyHolder: { runId: "r-9", integrationId: "i-2" } }, "idempotency_key_reused");
  expectNext({ integration: null }, "integration_not_found");
  expectNext({ request: { integrationType: "sap", idempotencyKey: null } }, "unknown_integration_type");
  expectNext({ request: { integrationType: "sap", idempotencyKey: " " } }, "invalid_idempotency_key");
  expectNext({ caller: { ...coordinator, role: null } }, "not_authorized");
  expectNext({ caller: { ...coordinator, subject: null, userId: null, role: null } }, "not_authenticated");
  expectNext({ caller: { ...coordinator, userId: null, role: null } }, "unsupported_identity");
});

Deno.test("does not change its facts", () => {
  const knownTypes = Object.freeze(["xledger", "dynamics"]);
  const request = { integrationType: "sap", idempotencyKey: null };
  rejects({ knownTypes, request }, "PT422", "unknown_integration_type", {
    known_types: ["dynamics", "xledger"],
  });
});
