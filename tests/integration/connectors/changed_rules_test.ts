/**
 * Our own rules judge the first send only. Whatever changes before a repetition, it is not judged again: the vendor's
 * books hold each voucher once, and nothing is rejected.
 */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { webhook } from "../../../supabase/functions/integration-sync/connectors/webhook/connector.ts";
import { xledger } from "../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import {
  type Batch,
  type Entry,
  isFirstSend,
} from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { exportBatch } from "../../../supabase/functions/integration-sync/jobs/export_batch.ts";
import { assertPostedOnce, expense, startBusinessCentralTest } from "./business_central/tenant.ts";
import { batchOf, bookedOnce, startXledgerTest, vouchers } from "./xledger/tenant.ts";

const secret = `whsec_${btoa("a secret of the changed rules")}`;
const quiet = () => {};
const again = (batch: Batch): Batch => ({ ...batch, resend: true });
const stateOf = ({ results }: { results: readonly { state: string }[] }) =>
  results.map(({ state }) => state).join();

for (const kind of ["drop", "apply_then_drop"] as const) {
  Deno.test(`webhook repeats a batch byte for byte after ${kind} when payloads are no longer free`, async () => {
    await using receiver = await startWebhookReceiver();
    const { url } = receiver;
    const bodies: string[] = [];
    const context = testContext({
      fetch: async (input, init) => {
        const request = new Request(input, init);
        bodies.push(await request.clone().text());
        return await fetch(request);
      },
    });
    const payload = { posting_date: "2026-11-02", lines: [{ account: "6860", debit: 103.27 }] };
    const entries: Entry[] = ["a", "b"].map((entry_key) => ({
      entry_key,
      period: "2026-10",
      document_number: entry_key,
      payload,
      settled: false,
    }));
    const batch = { batch_id: crypto.randomUUID(), resend: false, entries };
    receiver.misbehave({ kind });
    const free = webhook.open({ url, payloads: "free", period_rule: "free" }, { signing_secret: secret });
    assert.deepEqual(free.findUnsound?.(context, entries), []);
    assert.equal(stateOf(await exportBatch(free, context, batch, quiet)), "unknown,unknown");

    const strict = webhook.open({ url }, { signing_secret: secret });
    assert.equal(strict.findUnsound?.(context, entries).length, 2);
    assert.equal(stateOf(await exportBatch(strict, context, again(batch), quiet)), "exported,exported");
    assert.equal(bodies[1], bodies[0]);
    assert.deepEqual([...receiver.ledger].map(([key, { count }]) => [key, count]), [["a", 1], ["b", 1]]);
  });

  Deno.test(`xledger rejects nothing at a repetition after ${kind} when its rules have changed`, async () => {
    await using test = await startXledgerTest({}, {
      period_rule: "free",
      max_nodes: 500,
      visibility_seconds: 0,
    });
    const entries = vouchers(2).map((entry) => ({ ...entry, period: "2026-10" }));
    test.vendor.misbehave({ kind, on: "mutation" });
    const first = batchOf(entries);
    assert.equal(stateOf(await exportBatch(test.connector, test.context, first, quiet)), "unknown,unknown");

    const { period_rule: _, ...strict } = test.config;
    const changed = xledger.open({ ...strict, max_nodes: 3 }, { token: test.vendor.token });
    assert.equal(changed.findUnsound?.(test.context, entries).length, 2);
    let open = entries;
    for (let attempt = 1; attempt < 10 && open.length > 0; attempt++) {
      const { results } = await exportBatch(changed, test.context, { ...again(first), entries: open }, quiet);
      assert.ok(results.every(({ state }) => state !== "rejected"), JSON.stringify(results));
      const exported = results.filter(({ state }) => state === "exported").map(({ entry_key }) => entry_key);
      open = open.filter(({ entry_key }) => !exported.includes(entry_key));
      test.clock.advance(600_000);
    }
    assert.equal(bookedOnce(test.vendor), 2);
  });

  Deno.test(`Business Central rejects nothing at a repetition after ${kind} when its rules have changed`, async () => {
    await using bench = await startBusinessCentralTest({ period_rule: "free" });
    const entries = [1, 2].map((number) => ({ ...expense(number), period: "2026-02" }));
    const { connector, credentials } = bench;
    bench.fake.misbehave({ kind, on: "post" });
    const first: Batch = { batch_id: crypto.randomUUID(), resend: false, entries };
    const before = connector.open(bench.config, credentials);
    assert.equal(
      stateOf(await bench.run(exportBatch(before, bench.context(), first, quiet))),
      "unknown,unknown",
    );

    const { period_rule: _, ignored_fields: __, ...strict } = bench.config;
    const changed = connector.open({ ...strict, currency: "NOK" }, credentials);
    assert.equal(changed.findUnsound?.(bench.context(), entries).length, 2);
    let open: Entry[] = entries;
    for (let attempt = 1; attempt < 10 && open.length > 0; attempt++) {
      await bench.clock.advance(900_000);
      const repeated = { ...again(first), entries: open };
      const { results } = await bench.run(exportBatch(changed, bench.context(), repeated, quiet));
      assert.ok(results.every(({ state }) => state !== "rejected"), JSON.stringify(results));
      const exported = results.filter(({ state }) => state === "exported").map(({ entry_key }) => entry_key);
      open = open.filter(({ entry_key }) => !exported.includes(entry_key));
    }
    assertPostedOnce(bench, entries);
  });
}

Deno.test("a batch is a first send unless it was sent before", () => {
  const batch: Batch = { batch_id: "b", resend: false, entries: [] };
  assert.deepEqual([batch, again(batch), { ...batch, repeated: true }].map(isFirstSend), [
    true,
    false,
    false,
  ]);
});
