import assert from "node:assert/strict";
import { triggerIntegrationSync } from "../mod.ts";
import { loadTriggerVectors } from "./load.ts";
import { toCall, toDecision } from "./to_facts.ts";

const now = new Date("2026-11-23T12:00:00Z");
const vectors = loadTriggerVectors();

for (const vector of vectors) {
  Deno.test(`mirror: ${vector.name}`, () => {
    assert.deepEqual(triggerIntegrationSync(toCall(vector.situation, now)), toDecision(vector, now));
  });
}
