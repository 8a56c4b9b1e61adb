/**
 * What the webhook connector takes for granted of a receiver, against the local one and, when they are in the
 * environment, against a receiver under development:
 *
 * WEBHOOK_URL             where it takes entries
 * WEBHOOK_SIGNING_SECRET  whsec_..., the secret that it verifies with
 *
 * It delivers three entries a run.
 */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import type { OpenConnector } from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import { webhook } from "../../../supabase/functions/integration-sync/connectors/webhook/connector.ts";
import type { Batch } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { vouchers } from "../../integration/connectors/xledger/tenant.ts";

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly secret: string;
}

async function localReceiver(): Promise<Receiver> {
  const receiver = await startWebhookReceiver();
  const secret = `whsec_${btoa("a secret of the contract test")}`;
  receiver.requireSignature([secret]);
  return { url: receiver.url, secret, [Symbol.asyncDispose]: () => receiver.stop() };
}

const [url, secret] = [Deno.env.get("WEBHOOK_URL"), Deno.env.get("WEBHOOK_SIGNING_SECRET")];
const receivers: Readonly<Record<string, () => Promise<Receiver>>> = {
  "the local receiver": localReceiver,
  ...(url === undefined || secret === undefined ? {} : {
    "the receiver of WEBHOOK_URL": () =>
      Promise.resolve({ url, secret, [Symbol.asyncDispose]: () => Promise.resolve() }),
  }),
};

function open({ url }: Receiver, signing_secret: string): OpenConnector {
  return webhook.open({ url }, { signing_secret });
}

function newBatch(count: number): Batch {
  const tag = crypto.randomUUID();
  const entries = vouchers(count).map((entry) => ({
    ...entry,
    entry_key: `contract-${tag}-${entry.entry_key}`,
  }));
  return { batch_id: tag, resend: false, entries };
}

for (const [name, start] of Object.entries(receivers)) {
  Deno.test(`${name} accepts a signed HEAD, and shows another secret only that it is there`, async () => {
    await using receiver = await start();
    assert.deepEqual(await open(receiver, receiver.secret).ping(testContext()), { ok: true });
    const other = open(receiver, `whsec_${btoa("another secret, of another host")}`);
    assert.deepEqual(await other.ping(testContext()), { ok: true, reachedOnly: true });
  });

  Deno.test(`${name} gives the same answer to a batch that comes again under its key`, async () => {
    await using receiver = await start();
    const connector = open(receiver, receiver.secret);
    const batch = newBatch(3);
    const first = await connector.export(testContext(), batch);
    assert.deepEqual(first.results.map(({ state }) => state), ["exported", "exported", "exported"]);
    assert.deepEqual(await connector.export(testContext(), { ...batch, resend: true }), first);
  });

  Deno.test(`${name} takes nothing that is signed with another secret`, async () => {
    await using receiver = await start();
    const { failure } = await open(receiver, `whsec_${btoa("another secret, of another host")}`)
      .export(testContext(), newBatch(1));
    assert.equal(failure?.code, "webhook_access_refused");
  });
}
