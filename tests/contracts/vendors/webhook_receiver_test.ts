import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { until } from "../../../local/wait.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";

const SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;

function batch(...keys: string[]): string {
  const entries = keys.map((entry_key) => ({
    entry_key,
    period: "2026-10",
    document_number: "1",
    payload: {},
  }));
  return JSON.stringify({ batch_id: "b", org_id: "o", integration_id: "i", entries });
}

async function post(receiver: WebhookReceiver, key: string, body: string, signed = true): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json", "idempotency-key": key });
  if (signed) {
    const now = new Date();
    headers.set("webhook-id", key);
    headers.set("webhook-timestamp", String(Math.floor(now.getTime() / 1000)));
    headers.set("webhook-signature", new Webhook(SECRET).sign(key, now, body));
  }
  return await fetch(receiver.url, { method: "POST", headers, body, redirect: "manual" });
}

async function withReceiver(work: (receiver: WebhookReceiver) => Promise<void>): Promise<void> {
  const receiver = await startWebhookReceiver();
  receiver.requireSignature([SECRET]);
  try {
    await work(receiver);
  } finally {
    await receiver.stop();
  }
}

Deno.test("the receiver books a batch once for its key and repeats its answer", async () => {
  await withReceiver(async (receiver) => {
    const first = await (await post(receiver, "k1", batch("a", "b"))).text();
    const second = await (await post(receiver, "k1", batch("a", "b"))).text();
    assert.equal(first, second);
    assert.deepEqual([...receiver.ledger.values()].map((entry) => entry.count), [1, 1]);
    const other = await post(receiver, "k1", batch("c"));
    assert.equal(other.status, 422);
    await other.body?.cancel();
  });
});

Deno.test("the receiver books twice what is sent under two keys", async () => {
  await withReceiver(async (receiver) => {
    for (const key of ["k1", "k2"]) await (await post(receiver, key, batch("a"))).body?.cancel();
    assert.equal(receiver.ledger.get("a")?.count, 2);
  });
});

Deno.test("the receiver refuses what is not signed with its secret", async () => {
  await withReceiver(async (receiver) => {
    const response = await post(receiver, "k1", batch("a"), false);
    assert.equal(response.status, 401);
    await response.body?.cancel();
    assert.equal(receiver.ledger.size, 0);
  });
});

Deno.test("the receiver answers an empty request by whether it is signed with its secret", async () => {
  await withReceiver(async (receiver) => {
    const now = new Date();
    const signed = {
      "webhook-id": "ping",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(SECRET).sign("ping", now, ""),
    };
    assert.equal((await fetch(receiver.url, { method: "HEAD", headers: signed })).status, 204);
    const other = { ...signed, "webhook-id": "pong" };
    assert.equal((await fetch(receiver.url, { method: "HEAD", headers: other })).status, 401);
    assert.equal((await fetch(receiver.url, { method: "HEAD" })).status, 401);
  });
});

Deno.test("the receiver holds a batch until the test releases it", async () => {
  await withReceiver(async (receiver) => {
    receiver.misbehave({ kind: "hold" });
    const answer = post(receiver, "k1", batch("a"));
    await until("the batch is there", () => receiver.requests.length === 1);
    assert.equal(receiver.ledger.size, 0);
    receiver.release();
    const response = await answer;
    assert.equal(response.status, 200);
    await response.body?.cancel();
    assert.equal(receiver.ledger.get("a")?.count, 1);
  });
});

Deno.test("the receiver misbehaves as asked, one request after the other", async () => {
  await withReceiver(async (receiver) => {
    receiver.misbehave(
      { kind: "status", status: 429, headers: { "retry-after": "7" } },
      { kind: "moved", location: "http://127.0.0.1:1/" },
      { kind: "drop" },
      { kind: "apply_then_drop" },
      { kind: "reject", entryKeys: ["b"], error: "The period is closed." },
    );
    const limited = await post(receiver, "k1", batch("a"));
    assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "7"]);
    await limited.body?.cancel();
    const moved = await post(receiver, "k1", batch("a"));
    assert.equal(moved.status, 302);
    await moved.body?.cancel();
    await assert.rejects(post(receiver, "k1", batch("a")));
    assert.equal(receiver.ledger.size, 0);
    await assert.rejects(post(receiver, "k1", batch("a")));
    assert.equal(receiver.ledger.get("a")?.count, 1);
    const partly = await (await post(receiver, "k2", batch("b", "c"))).json();
    assert.deepEqual(partly.results, [
      { entry_key: "b", state: "rejected", error: "The period is closed." },
      { entry_key: "c", state: "exported", external_id: "V-000002" },
    ]);
  });
});
