/** What stayed pending for want of a connection is booked once when it is sent again. */
import assert from "node:assert/strict";
import { open as openWebhook } from "../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import * as businessCentral from "./business_central/actions.ts";
import { assertPostedOnce, expense, startBusinessCentralTest } from "./business_central/tenant.ts";
import { closedPort, post } from "./no_connection.ts";
import { batchOf, bookedOnce, startXledgerTest, states, vouchers } from "./xledger/tenant.ts";

/** Passes requests on, but for those that write: for them nothing listens. */
async function withoutWrites(
  isWrite: (url: string, init: RequestInit | undefined) => boolean,
): Promise<typeof fetch> {
  const port = await closedPort();
  return (input, init) => fetch(isWrite(String(input), init) ? `http://127.0.0.1:${port}/` : input, init);
}

Deno.test("Safe: what stayed pending for want of a connection is in a receiver's books once", async () => {
  await using receiver = await startWebhookReceiver({ keepsConnections: false });
  const url = `http://127.0.0.1:${await closedPort()}/`;
  assert.equal(states((await post(url)).results), "2 pending");
  assert.equal(
    states((await openWebhook(receiver.url).export(testContext(), testBatch(2, ["a", "b"]))).results),
    "2 exported",
  );
  assert.equal(receiver.requests.length, 1);
});

Deno.test("Safe: what stayed pending for want of a connection is booked once in Xledger", async () => {
  await using test = await startXledgerTest();
  const gone = await withoutWrites((_url, init) => init?.body instanceof Blob);
  const { results, failure } = await test.connector.export(
    { ...test.context, fetch: gone },
    batchOf(vouchers(2)),
  );
  assert.deepEqual([states(results), failure?.code], ["2 pending", "xledger_connection_refused"]);
  assert.equal(
    states((await test.connector.export(test.context, batchOf(vouchers(2)))).results),
    "2 exported",
  );
  assert.equal(bookedOnce(test.vendor), 2);
});

Deno.test("Safe: what stayed pending for want of a connection is posted once in Business Central", async () => {
  await using bench = await startBusinessCentralTest();
  const entries = [expense(1), expense(2)];
  const gone = await withoutWrites((url) => /\$batch|NAV\.post/.test(url));
  const connector = businessCentral.open(bench);
  const context = bench.context({ fetch: gone });
  const first = { batch_id: businessCentral.batch_id, resend: false, entries };
  const { results, failure } = await bench.run(connector.export(context, first));
  assert.deepEqual([businessCentral.states({ results }), failure?.code], [
    "pending pending",
    "business_central_connection_refused",
  ]);
  assert.equal(businessCentral.states(await businessCentral.send(bench, entries)), "exported exported");
  assertPostedOnce(bench, entries);
});

Deno.test("Business Central keeps in doubt what is in the journal when there is no connection for the posting", async () => {
  await using bench = await startBusinessCentralTest();
  const entries = [expense(1), expense(2)];
  const context = bench.context({ fetch: await withoutWrites((url) => /NAV\.post/.test(url)) });
  const first = { batch_id: businessCentral.batch_id, resend: false, entries };
  const outcome = await bench.run(businessCentral.open(bench).export(context, first));
  assert.equal(businessCentral.states(outcome), "unknown unknown");
});
