import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { batch, open } from "./testing/sender.ts";

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

Deno.test("a batch waits, and the words name the address, when the receiver refuses the connection", async () => {
  // What Deno's fetch throws.
  const cause = new Error(
    "error sending request for url (https://erp.example:8443/): client error (Connect): tcp connect error: Connection refused (os error 111)",
  );
  const context = testContext({ fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
  const { results, failure } = await open("https://erp.example:8443/?key=hidden").export(context, batch);
  assert.deepEqual(results.map(({ state }) => state), ["pending", "pending"]);
  assert.deepEqual([failure?.class, failure?.code], ["transient", "webhook_connection_refused"]);
  assert.match(
    failure?.message ?? "",
    /^The receiver refuses connections: nothing listens on erp\.example:8443\./,
  );
});
