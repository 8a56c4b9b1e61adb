import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { testContext } from "../testing/connector_context.ts";
import { testBatch } from "../testing/fake_worker_api.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { startRawReceiver, startReceiver } from "../testing/receiver.ts";
import type { ConnectorContext, ExportOutcome } from "./connector.ts";
import { webhook } from "./webhook.ts";

const secret = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const batch = testBatch(1, ["a", "b"]);

function open(url: string, timeout_seconds = 5) {
  return webhook.open({ url, timeout_seconds }, { signing_secret: secret });
}

function send(url: string, context: Partial<ConnectorContext> = {}): Promise<ExportOutcome> {
  return open(url).export(testContext(context), batch);
}

function states(outcome: ExportOutcome): string {
  return outcome.results.map(({ state }) => state).join(" ");
}

async function answered(response: () => Response): Promise<ExportOutcome> {
  await using receiver = startReceiver(response);
  return await send(`${receiver.url}/vouchers?key=hidden`);
}

const json = (body: unknown, status = 200) => Response.json(body, { status });

Deno.test("webhook posts the batch with its id as idempotency key when it exports", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  const outcome = await send(`${receiver.url}/vouchers?key=hidden`);
  assert.deepEqual(outcome, {
    results: [{ entry_key: "a", state: "exported" }, { entry_key: "b", state: "exported" }],
  });
  const [request] = receiver.requests;
  assert.ok(request);
  assert.equal(`${request.method} ${request.path}`, "POST /vouchers?key=hidden");
  assert.equal(request.headers.get("content-type"), "application/json");
  assert.equal(request.headers.get("idempotency-key"), batch.batch_id);
  const { org_id, integration_id } = testContext();
  const { batch_id } = batch;
  // What is settled is our affair, and would make the repetition differ.
  const entries = batch.entries.map(({ settled: _, ...entry }) => entry);
  assert.deepEqual(JSON.parse(request.body), { batch_id, org_id, integration_id, entries });
});

Deno.test("webhook signs so that the library of Standard Webhooks verifies it when it exports", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  await send(receiver.url);
  const [request] = receiver.requests;
  assert.ok(request);
  const headers = Object.fromEntries(request.headers);
  assert.equal(headers["webhook-id"], batch.batch_id);
  new Webhook(secret).verify(request.body, headers);
  assert.throws(() => new Webhook(secret).verify(request.body.replace("100.10", "100.11"), headers));
  assert.throws(() =>
    new Webhook(`whsec_${btoa("another secret of 24 bytes")}`).verify(request.body, headers)
  );
});

Deno.test("webhook sends identical bytes under the same key when it sends a batch again", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  const clock = new FakeClock();
  await open(receiver.url).export(testContext({ clock }), batch);
  await clock.advance(3_600_000);
  const again = testBatch(1, ["b", "a"], true, ["a"]);
  await open(receiver.url).export(testContext({ clock }), again);
  const [first, second] = receiver.requests;
  assert.ok(first && second);
  assert.equal(second.body, first.body);
  assert.equal(second.headers.get("idempotency-key"), first.headers.get("idempotency-key"));
  assert.notEqual(second.headers.get("webhook-timestamp"), first.headers.get("webhook-timestamp"));
});

Deno.test("webhook leaves amounts and letters as they are when it sends a payload", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  const payload = {
    amount: "0.10",
    total: "12345678901234567890.120",
    text: "Blåbærsyltetøy Ærø",
  };
  const entries = [{ entry_key: "a", period: "2026-11", document_number: "1", payload, settled: false }];
  await open(receiver.url).export(testContext(), { ...batch, entries });
  assert.ok(
    receiver.requests[0]?.body.includes(
      '"payload":{"amount":"0.10","total":"12345678901234567890.120","text":"Blåbærsyltetøy Ærø"}',
    ),
  );
});

const complete = [{ entry_key: "a", state: "exported", external_id: "V-1" }, {
  entry_key: "b",
  state: "rejected",
  error: "Period\n closed",
}];
const perEntry = [
  { entry_key: "a", state: "exported", external_id: "V-1" },
  { entry_key: "b", state: "rejected", error: "Period closed" },
];

for (const status of [200, 422]) {
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
    ["more than a megabyte", () => jsonText(`{"pad":"${"x".repeat(1024 * 1024)}"}`)],
    ["an incomplete 422", () => json({ results: complete.slice(1) }, 422)],
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
    [400, "permanent", "webhook_refused", "pending"],
    [401, "permanent", "webhook_access_refused", "pending"],
    [403, "permanent", "webhook_access_refused", "pending"],
    [404, "permanent", "webhook_not_found", "pending"],
    [405, "permanent", "webhook_refused", "pending"],
    [408, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [409, "ambiguous", "webhook_outcome_unknown", "unknown"],
    [410, "permanent", "webhook_not_found", "pending"],
    [413, "permanent", "webhook_batch_too_large", "pending"],
    [415, "permanent", "webhook_refused", "pending"],
    [422, "permanent", "webhook_refused", "pending"],
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
    const outcome = await answered(() => new Response("a secret of the receiver", { status }));
    assert.equal(states(outcome), `${state} ${state}`);
    assert.deepEqual([outcome.failure?.class, outcome.failure?.code], [errorClass, code]);
    assert.ok(outcome.failure?.message.includes(String(status)));
    assert.ok(!JSON.stringify(outcome).includes("secret of") && !JSON.stringify(outcome).includes("hidden"));
  });
}

const inTwoMinutes = new Date(Date.parse("2026-11-23T10:02:00Z")).toUTCString();
for (
  const [status, header, seconds] of [
    [429, "7", 7],
    [429, inTwoMinutes, 120],
    [429, null, 60],
    [429, "soon", 60],
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

Deno.test("webhook calls the batch unknown when the receiver hangs past the time-out", async () => {
  const done = Promise.withResolvers<Response>();
  await using receiver = startReceiver(() => done.promise);
  const outcome = await open(receiver.url, 1).export(testContext(), batch);
  done.resolve(new Response());
  assert.equal(states(outcome), "unknown unknown");
  assert.deepEqual([outcome.failure?.class, outcome.failure?.code], ["ambiguous", "webhook_timeout"]);
});

Deno.test("webhook calls the batch unknown when the answer trickles past the time-out", async () => {
  await using receiver = startReceiver(() =>
    new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("o")) }))
  );
  const outcome = await open(receiver.url, 1).export(testContext(), batch);
  assert.equal(states(outcome), "unknown unknown");
  assert.equal(outcome.failure?.code, "webhook_timeout");
});

Deno.test("webhook calls the batch unknown when the connection is dropped after the request", async () => {
  await using receiver = startRawReceiver((connection) => connection.close());
  const outcome = await send(`${receiver.url}/?key=hidden`);
  assert.equal(states(outcome), "unknown unknown");
  assert.deepEqual([outcome.failure?.class, outcome.failure?.code], ["ambiguous", "webhook_connection_lost"]);
  assert.ok(!JSON.stringify(outcome).includes("hidden"));
});

Deno.test("webhook calls the batch unknown when the connection is dropped inside a 200", async () => {
  await using receiver = startRawReceiver(async (connection) => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));
    connection.close();
  });
  const outcome = await send(receiver.url);
  assert.equal(states(outcome), "unknown unknown");
  assert.equal(outcome.failure?.code, "webhook_connection_lost");
});

Deno.test("webhook calls the batch unknown when nobody listens at the address", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const outcome = await send(`http://127.0.0.1:${port}`);
  assert.equal(outcome.failure?.class, "ambiguous");
});

Deno.test("webhook breaks off and throws when the lease is lost during the send", async () => {
  const lost = new AbortController();
  const done = Promise.withResolvers<Response>();
  await using receiver = startReceiver(() => {
    lost.abort(new Error("the lease is lost"));
    return done.promise;
  });
  await assert.rejects(send(receiver.url, { signal: lost.signal }), { message: "the lease is lost" });
  done.resolve(new Response());
});

for (
  const [status, expected] of [[204, "ok"], [405, "reached"], [401, "permanent"], [404, "permanent"], [
    503,
    "ambiguous",
  ]] as const
) {
  Deno.test(`webhook's ping says ${expected} when the receiver answers HEAD with ${status}`, async () => {
    await using receiver = startReceiver(() => new Response(null, { status }));
    const outcome = await open(receiver.url).ping(testContext());
    const said = outcome.ok ? outcome.reachedOnly === true ? "reached" : "ok" : outcome.failure.class;
    assert.equal(said, expected);
    assert.deepEqual(receiver.requests.map(({ method, body }) => method + body), ["HEAD"]);
  });
}

Deno.test("webhook's ping says transient when nobody can be reached", async () => {
  await using receiver = startRawReceiver((connection) => connection.close());
  const outcome = await open(receiver.url).ping(testContext());
  assert.equal(outcome.ok ? "ok" : outcome.failure.class, "transient");
});
