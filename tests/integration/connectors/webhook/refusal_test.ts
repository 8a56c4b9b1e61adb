import assert from "node:assert/strict";
import { createSecrets } from "../../../../supabase/functions/integration-sync/core/secrets.ts";
import { testContext } from "../../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import {
  startRawReceiver,
  startReceiver,
} from "../../../../supabase/functions/integration-sync/testing/receiver.ts";
import {
  open,
  secret,
  states,
} from "../../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import type { ExportOutcome } from "../../../../supabase/functions/integration-sync/connectors/connector.ts";

const keys = ["expense-001", "expense-002"];

/** Sends a batch to a receiver that gives this answer. */
async function sent(response: () => Response, resend = false): Promise<ExportOutcome> {
  await using receiver = startReceiver(response);
  const context = testContext({ secrets: createSecrets({ signing_secret: secret }) });
  return await open(receiver.url).export(context, testBatch(1, keys, resend));
}

const json = (body: unknown, status: number) => () => Response.json(body, { status });
const text = (body: string | null, status: number, type = "text/plain") => () =>
  new Response(body, { status, headers: { "content-type": type } });

for (
  const [what, response, words] of [
    ["a bare 400", text(null, 400), "The receiver answered 400: it gave no reason."],
    ["a bare 413", text(null, 413), "The receiver answered 413: the request is too large."],
    ["a 400 with an empty object", json({}, 400), "The receiver answered 400: it gave no reason."],
    ["a 413 with an empty list", json([], 413), "The receiver answered 413: the request is too large."],
    ["a 422 with words", text("Period 2026-11 is closed.", 422), "answered 422: Period 2026-11 is closed."],
    ["a 400 of a framework", json({ title: "Bad Request", errors: { x: ["No"] } }, 400), "400: Bad Request"],
    ["a 400 with an error object", json({ error: { message: "No account" } }, 400), "400: No account"],
    ["a 400 with a web page", text("<html>Bad Request</html>", 400, "text/html"), "400: it gave no reason."],
    ["a 400 of broken JSON", text('{"error":', 400, "application/json"), '400: {"error":'],
    [
      "a 404 that names an entry",
      json({ error: "No such account", entry_key: keys[0] }, 404),
      "No such account",
    ],
    [
      "a 404 that names one in prose",
      text("expense-002: account 99 is unknown", 404),
      "account 99 is unknown",
    ],
    ["a 403 that names one in a list", json({ errors: [{ id: keys[1], message: "Closed" }] }, 403), "Closed"],
    ["a 451 that names one as a field", json({ "expense-001": "refused" }, 451), "expense-001"],
    [
      "a 422 that rejects some",
      json({ results: [{ entry_key: keys[1], state: "rejected", error: "No" }] }, 422),
      "422: No",
    ],
    ["a 422 of no results", json({ results: [] }, 422), '422: {"results":[]}'],
  ] as const
) {
  Deno.test(`webhook reports a refused batch when a first send is answered with ${what}`, async () => {
    const outcome = await sent(response);
    assert.equal(outcome.refused_whole_batch, true);
    assert.equal(states(outcome), "pending pending");
    assert.ok(outcome.failure?.message.includes(words), `said: ${outcome.failure?.message}`);
  });
}

for (
  const [what, response] of [
    ...[401, 402, 403, 404, 405, 406, 407, 410, 415, 418, 421, 431, 451].map((status) =>
      [`a plain ${status}`, text("No.", status)] as const
    ),
    ["a 404 page that holds a part of a key", text("Cannot POST /expense-0010", 404)],
    ["a 404 in HTML that names an entry", text("<p>expense-001</p>", 404, "text/html")],
    ["a 409 that names an entry", json({ error: "busy", entry_key: keys[0] }, 409)],
    ["a 429 that names an entry", json({ error: "slow", entry_key: keys[0] }, 429)],
    ["a 425 that names an entry", json({ error: "early", entry_key: keys[0] }, 425)],
    ["a 408 that names an entry", json({ error: "late", entry_key: keys[0] }, 408)],
    ["a 503 that names an entry", json({ error: "down", entry_key: keys[0] }, 503)],
    ["a redirect that names an entry", json({ entry_key: keys[0] }, 302)],
  ] as const
) {
  Deno.test(`webhook narrows nothing when a first send is answered with ${what}`, async () => {
    const outcome = await sent(response);
    assert.equal(outcome.refused_whole_batch ?? false, false);
    assert.ok(outcome.results.every(({ state }) => state === "pending" || state === "unknown"));
    assert.ok(outcome.failure);
  });
}

for (const status of [400, 413, 422]) {
  Deno.test(`webhook gives no advice about batches when a repetition is answered ${status}`, async () => {
    const outcome = await sent(text("No.", status), true);
    assert.equal(outcome.refused_whole_batch ?? false, false);
    assert.equal(states(outcome), "unknown unknown");
    assert.deepEqual([outcome.failure?.class, outcome.failure?.code], [
      "ambiguous",
      "webhook_repetition_refused",
    ]);
    assert.ok(!/smaller|batch size/.test(outcome.failure?.message ?? ""));
    assert.ok(outcome.failure?.message.includes(`status ${status}`));
  });
}

for (const status of [200, 400, 404, 409, 422]) {
  Deno.test(`webhook settles entry by entry when a repetition is answered ${status} with results`, async () => {
    const results = keys.map((entry_key, at) => ({
      entry_key,
      state: at === 0 ? "exported" : "rejected",
      error: "No",
    }));
    assert.equal(states(await sent(json({ results }, status), true)), "exported rejected");
  });
}

Deno.test("webhook reads no results when the answer is a 500", async () => {
  const results = keys.map((entry_key) => ({ entry_key, state: "exported" }));
  assert.equal(states(await sent(json({ results }, 500))), "unknown unknown");
});

Deno.test("webhook quotes no secret when the receiver's words hold it", async () => {
  const outcome = await sent(json({ error: `bad signature, expected ${secret}` }, 400));
  assert.ok(outcome.failure?.message.includes("bad signature"));
  assert.ok(!JSON.stringify(outcome).includes(secret));
});

Deno.test("webhook knows that nothing was taken when the body of a 400 is cut off", async () => {
  await using receiver = startRawReceiver(async (connection) => {
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\nContent-Length: 99\r\n\r\n{"),
    );
    connection.close();
  });
  const outcome = await open(receiver.url).export(testContext(), testBatch(1, keys));
  assert.equal(outcome.refused_whole_batch, true);
});
