/**
 * A write goes out once also over kept connections, as those of real systems are. Deno's fetch may send a request again
 * by itself when such a connection is cut, after it was carried out.
 */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { open as openWebhook } from "../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import { send, states as statesOf } from "./business_central/actions.ts";
import { assertPostedOnce, expense, startBusinessCentralTest } from "./business_central/tenant.ts";
import { batchOf, bookedOnce, startXledgerTest, states, vouchers } from "./xledger/tenant.ts";

Deno.test("xledger books a voucher once when a kept connection is cut behind the mutation", async () => {
  await using test = await startXledgerTest({ keepsConnections: true });
  test.vendor.misbehave({ on: "mutation", kind: "apply_then_drop" });
  const { results, failure } = await test.connector.export(test.context, batchOf(vouchers(2)));
  assert.equal(bookedOnce(test.vendor), 2);
  assert.deepEqual([states(results), failure?.code], ["2 unknown", "xledger_connection_lost"]);
  assert.equal(test.vendor.requests.filter(({ kind }) => kind === "mutation").length, 1);
});

Deno.test("Business Central is posted to once when a kept connection is cut behind the posting", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.keepsConnections = true;
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  const entries = [expense(1), expense(2)];
  assert.equal(statesOf(await send(bench, entries)), "unknown unknown");
  assertPostedOnce(bench, entries);
  assert.equal(bench.fake.requests.filter((request) => /NAV\.post/.test(request)).length, 1);
});

Deno.test("a webhook receiver gets a batch once when a kept connection is cut behind it", async () => {
  await using receiver = await startWebhookReceiver({ keepsConnections: true });
  const connector = openWebhook(receiver.url);
  await connector.export(testContext(), testBatch(1, ["a"]));
  receiver.misbehave({ kind: "apply_then_drop" });
  const { results } = await connector.export(testContext(), testBatch(2, ["b"]));
  assert.deepEqual(results, [{ entry_key: "b", state: "unknown" }]);
  assert.equal(receiver.requests.length, 2);
});
