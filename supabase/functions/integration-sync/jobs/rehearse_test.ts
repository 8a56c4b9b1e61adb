import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import { rehearse } from "./rehearse.ts";

Deno.test("rehearse works off its entry and leaves no timer or connection when it ends", async () => {
  const outside = { clock: systemClock, random: Math.random };
  assert.deepEqual(await rehearse(outside), { outcome: "succeeded" });
  assert.deepEqual(await rehearse(outside), { outcome: "succeeded" });
});
