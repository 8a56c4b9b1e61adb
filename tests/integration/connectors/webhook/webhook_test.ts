import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { FakeClock } from "../../../../supabase/functions/integration-sync/testing/fake_clock.ts";
import {
  startRawReceiver,
  startReceiver,
} from "../../../../supabase/functions/integration-sync/testing/receiver.ts";
import {
  batch,
  open,
  secret,
  send,
  states,
} from "../../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import { webhook } from "../../../../supabase/functions/integration-sync/connectors/webhook/connector.ts";

function openWith(config: Readonly<Record<string, unknown>>) {
  return webhook.open(config, { signing_secret: secret });
}

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
  const again = testBatch(1, ["a", "b"], true, ["a"]);
  await open(receiver.url).export(testContext({ clock }), again);
  const [first, second] = receiver.requests;
  assert.ok(first && second);
  assert.equal(second.body, first.body);
  assert.equal(second.headers.get("idempotency-key"), first.headers.get("idempotency-key"));
  assert.notEqual(second.headers.get("webhook-timestamp"), first.headers.get("webhook-timestamp"));
});

Deno.test("webhook keeps the order of delivery when the keys would sort otherwise, also when it sends again", async () => {
  const answers = [new Response(null, { status: 504 }), new Response(null, { status: 204 })];
  await using receiver = startReceiver(() => answers.shift() ?? new Response());
  const keys = ["invoice-10", "credit-10", "invoice-9"];
  await open(receiver.url).export(testContext(), testBatch(1, keys));
  await open(receiver.url).export(testContext(), testBatch(1, keys, true, ["credit-10"]));
  const sent = receiver.requests.map(({ body }) =>
    JSON.parse(body).entries.map((entry: Entry) => entry.entry_key)
  );
  assert.deepEqual(sent, [keys, keys]);
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

const debit = { account: "6860", debit: "100.10" };
const unbalanced = { currency: "NOK", lines: [debit, { account: "2910", credit: "100.11" }] };
const balanced = { currency: "NOK", lines: [debit, { account: "2910", credit: "100.10" }] };
const said = "The voucher does not balance: debit and credit differ by 0.01.";
const mixed = testBatch(1, ["a", "b"]).entries.map((entry, index) => ({
  ...entry,
  payload: index === 0 ? unbalanced : balanced,
}));

const rejected = { entry_key: "a", state: "rejected", error: said, not_sent: true };

Deno.test("webhook leaves a voucher that does not balance out of the first send", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  const connector = open(receiver.url);
  assert.deepEqual(connector.findUnsound?.(testContext(), mixed), [rejected]);
  const { results } = await connector.export(testContext(), { ...batch, entries: mixed });
  assert.deepEqual(results, [rejected, { entry_key: "b", state: "exported" }]);
  const [sent] = receiver.requests;
  assert.deepEqual(JSON.parse(sent?.body ?? "").entries.map((entry: Entry) => entry.entry_key), ["b"]);
});

Deno.test("webhook repeats a batch byte for byte when its rules have changed", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 504 }));
  const { url } = receiver;
  await openWith({ url, payloads: "free" }).export(testContext(), { ...batch, entries: mixed });
  const again = { ...batch, resend: true, entries: mixed };
  const { results } = await openWith({ url, payloads: "vouchers" }).export(testContext(), again);
  assert.deepEqual(results.map(({ state }) => state), ["unknown", "unknown"]);
  const [sent, repeated] = receiver.requests;
  assert.equal(repeated?.body, sent?.body);
});

Deno.test("webhook sends nothing when no voucher of the batch balances", async () => {
  await using receiver = startReceiver(() => new Response());
  const entries = mixed.slice(0, 1);
  const outcome = await open(receiver.url).export(testContext(), { ...batch, entries });
  assert.deepEqual(outcome, { results: [rejected] });
  assert.deepEqual(receiver.requests, []);
});

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
  const [status, expected] of [
    [204, "ok"],
    ...[400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 415, 418, 422, 451, 501]
      .map((status) => [status, "reached"] as const),
    [302, "guessed permanent"],
    [308, "guessed permanent"],
    [500, "guessed transient"],
    [408, "transient"],
    [425, "transient"],
    [429, "rate_limited"],
    [502, "transient"],
    [503, "transient"],
    [504, "transient"],
  ] as const
) {
  Deno.test(`webhook's ping says ${expected} when the receiver answers HEAD with ${status}`, async () => {
    await using receiver = startReceiver(() => new Response(null, { status }));
    const outcome = await open(receiver.url).ping(testContext());
    const said = outcome.ok
      ? outcome.reachedOnly === true ? "reached" : "ok"
      : (outcome.isGuess === true ? "guessed " : "") + outcome.failure.class;
    assert.equal(said, expected);
    assert.deepEqual(receiver.requests.map(({ method, body }) => method + body), ["HEAD"]);
    // Nothing was sent, so there is nothing to be in doubt about.
    assert.ok(outcome.ok || !/batch/.test(outcome.failure.message));
  });
}

Deno.test("webhook's ping says transient when the receiver cannot be reached", async () => {
  await using receiver = startRawReceiver((connection) => connection.close());
  const outcome = await open(receiver.url).ping(testContext());
  assert.ok(!outcome.ok);
  assert.deepEqual([outcome.failure.class, outcome.isGuess], ["transient", undefined]);
});
