import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { startOutboxBench } from "../../support/outbox_bench.ts";

Deno.test("a webhook receiver gets at most 1 MB of payloads at once, and a larger entry alone", async () => {
  await using receiver = await startWebhookReceiver();
  const config = { url: receiver.url };
  const credentials = { signing_secret: `whsec_${btoa("x".repeat(32))}` };
  await using bench = await startOutboxBench("webhook", config, credentials);
  const megabyte = 1024 * 1024;
  const entry = (name: string, bytes: number) => ({
    entry_key: name,
    period: "2026-11",
    document_number: name,
    payload: { text: "x".repeat(bytes - '{"text": ""}'.length) },
  });
  const entries = [
    ...Array.from({ length: 9 }, (_, n) => entry(`third-${n}`, megabyte / 4)),
    entry("whole", megabyte),
    entry("last", 1000),
  ];
  assert.equal((await bench.deliver(entries)).added, entries.length);

  const run = await bench.run();
  assert.equal(run.status, "succeeded", run.error_message ?? "");
  assert.deepEqual(
    receiver.requests.map(({ body }) => JSON.parse(body).entries.length),
    [4, 4, 1, 1, 1],
  );
  for (const { body } of receiver.requests) assert.ok(body.length < megabyte + 4096, `${body.length} bytes`);
  assert.deepEqual([...receiver.ledger.keys()], entries.map(({ entry_key }) => entry_key));
});
