import assert from "node:assert/strict";
import { Webhook } from "npm:standardwebhooks@1.1.1";
import { createDemoReceiver } from "../../../supabase/functions/demo-receiver/demo_receiver.ts";

const seed = await Deno.readTextFile(new URL("../../../supabase/seed.sql", import.meta.url));
const secret = /whsec_[A-Za-z0-9+/=]+/.exec(seed)?.[0] ?? "";
const url = "http://kong:8000/functions/v1/demo-receiver";
const developers = { get: (name: string) => name === "SYNC_ALLOW_PRIVATE_RECEIVERS" ? "1" : undefined };

function batch(signedWith = secret): Request {
  const body = JSON.stringify({
    batch_id: "b",
    entries: ["a", "b"].map((entry_key) => ({
      entry_key,
      period: "2026-10",
      document_number: null,
      payload: {},
    })),
  });
  const now = new Date();
  return new Request(url, {
    method: "POST",
    body,
    headers: {
      "webhook-id": "b",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(signedWith).sign("b", now, body),
    },
  });
}

Deno.test("demo-receiver takes a batch that the seed's secret signed, and answers a repetition alike", async () => {
  const receiver = createDemoReceiver(developers);
  const first = await (await receiver(batch())).json();
  assert.deepEqual(first.results.map((result: { state: string }) => result.state), ["exported", "exported"]);
  assert.deepEqual(await (await receiver(batch())).json(), first);
  assert.deepEqual(
    await (await createDemoReceiver(developers)(batch())).json(),
    first,
    "another isolate, too",
  );
  const { count, vouchers } = await (await receiver(new Request(url))).json();
  assert.equal(count, 2);
  const { entry_key, external_id } = first.results[0];
  assert.deepEqual(vouchers[0], { external_id, entry_key, period: "2026-10", document_number: null });
});

Deno.test("demo-receiver takes nothing from a sender that has another secret", async () => {
  const receiver = createDemoReceiver(developers);
  assert.equal((await receiver(batch(`whsec_${btoa("another".repeat(4))}`))).status, 401);
  assert.equal((await (await receiver(new Request(url))).json()).count, 0);
});

Deno.test("demo-receiver does not exist outside of a developer's stack", async () => {
  const receiver = createDemoReceiver({ get: () => undefined });
  for (const request of [batch(), new Request(url), new Request(url, { method: "HEAD" })]) {
    assert.equal((await receiver(request)).status, 404);
  }
});
