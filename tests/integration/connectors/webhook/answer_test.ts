import assert from "node:assert/strict";
import { testContext } from "../../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { FakeClock } from "../../../../supabase/functions/integration-sync/testing/fake_clock.ts";
import { createSecrets } from "../../../../supabase/functions/integration-sync/core/secrets.ts";
import { startReceiver } from "../../../../supabase/functions/integration-sync/testing/receiver.ts";
import { settleAnswer } from "../../../../supabase/functions/integration-sync/connectors/webhook/answer.ts";
import {
  answered,
  open,
  send,
  states,
} from "../../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";

const json = (body: unknown, status = 200) => Response.json(body, { status });

const complete = [{ entry_key: "a", state: "exported", external_id: "V-1" }, {
  entry_key: "b",
  state: "rejected",
  error: "Period\n closed",
}];
const perEntry = [
  { entry_key: "a", state: "exported", external_id: "V-1" },
  { entry_key: "b", state: "rejected", error: "Period closed", nothing_left: true },
];

for (const status of [200, 207, 400, 401, 404, 409, 413, 422, 429, 451]) {
  Deno.test(`webhook settles entry by entry when a ${status} carries results`, async () => {
    assert.deepEqual(await answered(() => json({ results: complete }, status)), { results: perEntry });
  });
}

for (
  const [what, response] of [
    ["an empty 200", () => new Response("")],
    ["a 202 of plain text", () => new Response("queued", { status: 202 })],
    ["a 200 of JSON without results", () => json({ ok: true })],
    ["a 200 that lists no errors", () => json({ error: null, errors: [] })],
    ["a 200 that counts no errors", () => json({ error: 0, errors: {}, status: 200 })],
  ] as const
) {
  Deno.test(`webhook counts the whole batch as exported when it is answered with ${what}`, async () => {
    const outcome = await answered(response);
    assert.equal(states(outcome), "exported exported");
    assert.equal(outcome.failure, undefined);
  });
}

for (
  const [what, response, results] of [
    ["with 204", () => new Response(null, { status: 204 }), [{ entry_key: "a", state: "exported" }]],
    ["entry by entry", () => json({ results: complete }), perEntry.slice(0, 1)],
    ["with 500", () => new Response(null, { status: 500 }), [{ entry_key: "a", state: "unknown" }]],
  ] as const
) {
  Deno.test(`webhook reports open entries alone when a batch sent again is answered ${what}`, async () => {
    await using receiver = startReceiver(response);
    const again = testBatch(1, ["a", "b"], true, ["b"]);
    const outcome = await open(receiver.url).export(testContext(), again);
    assert.deepEqual(outcome.results, results);
    assert.equal(JSON.parse(receiver.requests[0]?.body ?? "").entries.length, 2);
  });
}

const jsonText = (body: string) => new Response(body, { headers: { "content-type": "application/json" } });
const both = (state: string) => [{ entry_key: "a", state }, { entry_key: "b", state }];
for (
  const [what, response] of [
    ["broken JSON", () => jsonText('{"results":[')],
    ["broken JSON that is called text", () => new Response('{"results":[')],
    ["results that leave out an entry", () => json({ results: complete.slice(1) })],
    ["results that name an entry twice", () => json({ results: [...complete, ...complete] })],
    [
      "results that name a stranger",
      () => json({ results: [...complete, { ...complete[0], entry_key: "x" }] }),
    ],
    ["results in an unknown state", () => json({ results: both("maybe") })],
    ["results that are no list", () => json({ results: "all" })],
    [
      "a login page",
      () => new Response("<!DOCTYPE html><p>Sign in", { headers: { "content-type": "text/html" } }),
    ],
    ["a 200 that says error", () => json({ error: "The database is read-only." })],
    ["a 200 that lists errors", () => json({ data: null, errors: [{ message: "No" }] })],
    ["a 200 that says it was no success", () => json({ success: false })],
    ["a 200 whose status is fail", () => json({ status: "fail", data: { title: "is required" } })],
    ["more than a megabyte", () => jsonText(`{"pad":"${"x".repeat(1024 * 1024)}"}`)],
    ["an incomplete 422 that calls an entry exported", () => json({ results: complete.slice(0, 1) }, 422)],
  ] as const
) {
  Deno.test(`webhook calls the whole batch unknown when it is answered with ${what}`, async () => {
    const outcome = await answered(response);
    assert.equal(states(outcome), "unknown unknown");
    assert.deepEqual([outcome.failure?.class, outcome.failure?.code], [
      "ambiguous",
      "webhook_malformed_answer",
    ]);
  });
}

for (
  const [status, errorClass, code, state] of [
    [400, "permanent", "webhook_entries_refused", "pending"],
    [401, "permanent", "webhook_access_refused", "pending"],
    [403, "permanent", "webhook_access_refused", "pending"],
    [404, "permanent", "webhook_not_found", "pending"],
    [405, "permanent", "webhook_refused", "pending"],
    [408, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [409, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [410, "permanent", "webhook_not_found", "pending"],
    [413, "permanent", "webhook_entries_refused", "pending"],
    [415, "permanent", "webhook_refused", "pending"],
    [418, "permanent", "webhook_refused", "pending"],
    [422, "permanent", "webhook_entries_refused", "pending"],
    [425, "transient", "webhook_unavailable", "pending"],
    [429, "rate_limited", "webhook_rate_limited", "pending"],
    [500, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [501, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [502, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [503, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [504, "ambiguous", "webhook_outcome_unknown", "unknown"],
  ] as const
) {
  Deno.test(`webhook fails as ${errorClass} (${code}) when the receiver answers ${status}`, async () => {
    const outcome = await answered(() => new Response("Account 99 is closed.", { status }));
    assert.equal(states(outcome), `${state} ${state}`);
    assert.deepEqual([outcome.failure?.class, outcome.failure?.code], [errorClass, code]);
    assert.ok(outcome.failure?.message.includes(String(status)));
    assert.equal(outcome.failure?.message.includes("Account 99 is closed."), errorClass === "permanent");
    assert.ok(!JSON.stringify(outcome).includes("hidden"));
  });
}

const inTwoMinutes = new Date(Date.parse("2026-11-23T10:02:00Z")).toUTCString();
for (
  const [status, header, seconds] of [
    [429, "7", 7],
    [429, inTwoMinutes, 120],
    [429, null, 60],
    [429, "soon", 60],
    [429, "36000", 36_000],
    [429, String(Date.parse("2026-11-23T10:00:30Z") / 1000), 30],
    [503, String(Date.parse("2026-11-23T10:00:30Z")), 30],
    [503, "soon", 60],
    [503, "30", 30],
    [503, null, null],
    [502, "12", 12],
  ] as const
) {
  Deno.test(`webhook hints at ${seconds} s when a ${status} has Retry-After ${header}`, async () => {
    const headers = header === null ? {} : { "retry-after": header };
    await using receiver = startReceiver(() => new Response(null, { status, headers }));
    const outcome = await send(receiver.url, { clock: new FakeClock() });
    assert.equal(outcome.failure?.retry_after_seconds, seconds);
  });
}

for (const status of [301, 302, 307, 308]) {
  Deno.test(`webhook does not follow the redirect when the receiver answers ${status}`, async () => {
    await using elsewhere = startReceiver(() => new Response(null, { status: 204 }));
    const headers = { location: `${elsewhere.url}/stolen` };
    const outcome = await answered(() => new Response(null, { status, headers }));
    assert.equal(states(outcome), "pending pending");
    assert.deepEqual([outcome.failure?.class, outcome.failure?.code], ["permanent", "webhook_redirect"]);
    assert.deepEqual(elsewhere.requests, []);
  });
}

Deno.test("webhook reveals nothing of its secret when a receiver's words are cut in the middle of it", async () => {
  const secret = `whsec_${btoa("a".repeat(32))}`;
  const context = testContext({ secrets: createSecrets({ signing_secret: secret }) });
  const results = [{ entry_key: "a", state: "rejected", error: `${"x".repeat(490)} ${secret}` }];
  const settled = await settleAnswer(json({ results }), testBatch(1, ["a"]).entries, context);
  const error = `${"x".repeat(490)} ***`;
  assert.deepEqual(settled.results, [{ entry_key: "a", state: "rejected", error, nothing_left: true }]);
});
