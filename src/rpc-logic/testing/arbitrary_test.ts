import assert from "node:assert/strict";
import fc from "fast-check";
import { triggerIntegrationSync } from "../mod.ts";
import { situations } from "./arbitrary.ts";
import { toCall } from "./to_facts.ts";

const now = new Date("2026-11-23T12:00:00Z");

Deno.test("500 generated situations reach every answer at least five times", () => {
  const counts: Record<string, number> = {
    start: 0,
    replay: 0,
    revive: 0,
    not_authenticated: 0,
    unsupported_identity: 0,
    not_authorized: 0,
    invalid_idempotency_key: 0,
    unknown_integration_type: 0,
    integration_not_found: 0,
    idempotency_key_reused: 0,
    integration_disabled: 0,
    integration_paused: 0,
    sync_already_in_progress: 0,
    rate_limited: 0,
  };
  // Seeded: a test of the generator's balance must not depend on luck.
  for (const situation of fc.sample(situations(), { seed: 20261123, numRuns: 500 })) {
    const decision = triggerIntegrationSync(toCall(situation, now));
    const answer = decision.outcome === "reject" ? decision.message : decision.outcome;
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  const rare = Object.entries(counts).filter(([, count]) => count < 5);
  assert.deepEqual(rare, [], JSON.stringify(counts));
});
