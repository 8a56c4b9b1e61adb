import assert from "node:assert/strict";
import { decideTrigger } from "../mod.ts";
import { loadTriggerVectors } from "./load.ts";
import { toDecision, toFacts } from "./to_facts.ts";

const now = new Date("2026-11-23T12:00:00Z");
const vectors = loadTriggerVectors();

for (const vector of vectors) {
  Deno.test(`mirror: ${vector.name}`, () => {
    assert.deepEqual(decideTrigger(toFacts(vector.situation, now), now), toDecision(vector, now));
  });
}
