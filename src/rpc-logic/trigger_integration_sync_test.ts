import assert from "node:assert/strict";
import { triggerIntegrationSync } from "./trigger_integration_sync.ts";
import type { CallerFacts, TriggerCall, TriggerFacts } from "./trigger_facts.ts";

const coordinator: CallerFacts = {
  actsForAll: false,
  subject: "u-1",
  userId: "u-1",
  isAnonymous: false,
  role: "coordinator",
};
const serviceRole: CallerFacts = {
  ...coordinator,
  actsForAll: true,
  subject: null,
  userId: null,
  role: null,
};
const facts: TriggerFacts = {
  decidedAt: new Date("2026-11-23T12:00:00Z"),
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
/** A coordinator's call that is accepted. */
const clear: TriggerCall = {
  caller: coordinator,
  request: { integrationType: "xledger", idempotencyKey: null },
  knownTypes: ["xledger", "dynamics", "webhook"],
  facts,
};
const call = (change: Partial<TriggerCall> = {}) => triggerIntegrationSync({ ...clear, ...change });
const withKey = (idempotencyKey: string) => ({ request: { ...clear.request, idempotencyKey } });

function rejects(change: Partial<TriggerCall>, code: string, message: string, details: unknown = null) {
  const status = Number(code.slice(2));
  assert.deepEqual(call(change), { outcome: "reject", message, code, status, details });
}

for (
  const [who, caller] of [
    ["a coordinator", coordinator],
    ["an admin", { ...coordinator, role: "admin" }],
    ["the service role", serviceRole],
  ] as const
) {
  Deno.test(`allows ${who}`, () => assert.equal(call({ caller }).outcome, "start"));
}

Deno.test("rejects a viewer", () => {
  rejects({ caller: { ...coordinator, role: "viewer" } }, "PT403", "not_authorized");
});

Deno.test("rejects a caller of another organisation, whatever that organisation has", () => {
  const stranger = { ...coordinator, role: null };
  rejects({ caller: stranger }, "PT403", "not_authorized");
  rejects({ caller: stranger, facts: null }, "PT403", "not_authorized");
});

Deno.test("rejects a second trigger within 5 minutes with the seconds left", () => {
  rejects(
    { facts: { ...facts, newestManualTriggerAt: new Date("2026-11-23T11:55:01Z") } },
    "PT429",
    "rate_limited",
    {
      retry_after_seconds: 1,
      retry_at: "2026-11-23T12:00:01.000Z",
      limit: "cooldown",
    },
  );
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
  assert.equal(call({ caller: { ...foreign, actsForAll: true } }).outcome, "start");
});

Deno.test("holds the service role to every other check", () => {
  rejects({ caller: serviceRole, facts: null }, "PT404", "integration_not_found");
  const disabled = { ...facts, enabled: false };
  rejects({ caller: serviceRole, facts: disabled }, "PT409", "integration_disabled");
});

Deno.test("rejects a blank idempotency key", () => {
  for (const key of ["", "   "]) {
    rejects(withKey(key), "PT422", "invalid_idempotency_key", { max_length: 200 });
  }
});

Deno.test("allows an idempotency key of 200 characters and rejects one of 201", () => {
  assert.equal(call(withKey("k".repeat(200))).outcome, "start");
  assert.equal(call(withKey("🧾".repeat(200))).outcome, "start");
  rejects(withKey("k".repeat(201)), "PT422", "invalid_idempotency_key", { max_length: 200 });
});

Deno.test("rejects an unknown integration type and names the known ones in order", () => {
  const knownTypes = Object.freeze(["xledger", "dynamics", "webhook"]);
  const details = { known_types: ["dynamics", "webhook", "xledger"] };
  for (const integrationType of ["sap", "", "XLEDGER", "'; drop table x; --", null]) {
    const request = { integrationType, idempotencyKey: null };
    rejects({ request, knownTypes, facts: null }, "PT422", "unknown_integration_type", details);
  }
});

Deno.test("rejects an integration that the organisation has not connected", () => {
  rejects({ facts: null }, "PT404", "integration_not_found");
});

Deno.test("answers the first failing check when all of them fail", () => {
  // From the last check to the first: each change adds an earlier failure to all the later ones.
  let failing = clear;
  const expectNext = (change: Partial<TriggerCall>, message: string) => {
    failing = { ...failing, ...change };
    const decision = triggerIntegrationSync(failing);
    assert.equal(decision.outcome === "reject" ? decision.message : decision.outcome, message);
  };
  expectNext({ facts: { ...facts, enabled: false } }, "integration_disabled");
  expectNext({ facts: null }, "integration_not_found");
  expectNext({ request: { integrationType: "sap", idempotencyKey: null } }, "unknown_integration_type");
  expectNext({ request: { integrationType: "sap", idempotencyKey: " " } }, "invalid_idempotency_key");
  expectNext({ caller: { ...coordinator, role: null } }, "not_authorized");
  expectNext({ caller: { ...coordinator, subject: null, userId: null, role: null } }, "not_authenticated");
  expectNext({ caller: { ...coordinator, userId: null, role: null } }, "unsupported_identity");
});
