import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { open } from "./testing/sender.ts";

/** What a check makes of this answer: whether it is good, what it shows, and whether an export may do better. */
async function check(status: number): Promise<string> {
  const context = testContext({ fetch: () => Promise.resolve(new Response(null, { status })) });
  const outcome = await open("https://erp.example/").ping(context);
  if (outcome.ok) return outcome.reachedOnly === true ? "reached" : "answered";
  return `${outcome.failure.class}${outcome.isGuess === true ? ", a guess" : ""}`;
}

for (
  const [status, expected] of [
    [204, "answered"],
    [301, "permanent, a guess"],
    [404, "reached"],
    [405, "reached"],
    [408, "transient"],
    [425, "transient"],
    [429, "rate_limited"],
    [500, "transient, a guess"],
    [501, "reached"],
    [502, "transient"],
    [503, "transient"],
    [504, "transient"],
  ] as const
) {
  Deno.test(`a check of a webhook says ${expected} when HEAD is answered ${status}`, async () => {
    assert.equal(await check(status), expected);
  });
}
