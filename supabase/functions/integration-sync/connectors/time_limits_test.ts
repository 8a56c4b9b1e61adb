/** An external system that never answers keeps no slice: every call of every connector ends by its time limit. */
import assert from "node:assert/strict";
import { testContext } from "../testing/connector_context.ts";
import { fakeTimeouts, hangingFetch } from "../testing/fake_timeouts.ts";
import { batch, open as openWebhook } from "./webhook/testing/sender.ts";
import { createClient } from "./business_central/api/client.ts";
import { parseBusinessCentralConfig } from "./business_central/config.ts";
import { createTokenCache } from "./business_central/api/token.ts";
import type { ConnectorContext } from "./connector.ts";
import { parseXledgerConfig } from "./xledger/config.ts";
import { askXledger } from "./xledger/request.ts";

const erp = parseBusinessCentralConfig({
  ...{ tenant_id: "t", environment: "Production", company: "C", journal: "J", currency: "NOK" },
  timeout_seconds: 20,
});
const secret = { client_id: "a", client_secret: "b" };
const tokens = { get: () => Promise.resolve("token") };

const calls: readonly (readonly [string, number, (context: ConnectorContext) => Promise<unknown>])[] = [
  [
    "a batch of a webhook",
    20_000,
    (context) => openWebhook("https://erp.example/", 20).export(context, batch),
  ],
  ["a check of a webhook", 20_000, (context) => openWebhook("https://erp.example/", 20).ping(context)],
  ["a sign-in", 30_000, (context) => createTokenCache().get(erp, secret, context)],
  ["a request to Business Central", 20_000, (context) => createClient(erp, secret, tokens, context).reach()],
  [
    "a request to Xledger",
    20_000,
    (context) =>
      askXledger(
        { context, config: parseXledgerConfig({ timeout_seconds: 20 }), credentials: { token: "a" } },
        "{ __typename }",
      ),
  ],
];

for (const [what, limit, send] of calls) {
  Deno.test(`${what} ends when its time is over, and when the lease is lost`, async () => {
    using timeouts = fakeTimeouts();
    const vendor = hangingFetch();
    const call = send(testContext({ fetch: vendor.fetch })).catch(() => {});
    const request = await vendor.asked;
    assert.deepEqual(timeouts.limits, [limit]);
    timeouts.expire();
    assert.equal(request.aborted, true);
    await call;

    const lost = new AbortController();
    const again = hangingFetch();
    const other = send(testContext({ fetch: again.fetch, signal: lost.signal })).catch(() => {});
    const second = await again.asked;
    lost.abort(new Error("the lease is lost"));
    assert.equal(second.aborted, true);
    await other;
  });
}
