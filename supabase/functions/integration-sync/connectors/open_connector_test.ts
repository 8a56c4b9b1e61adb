import assert from "node:assert/strict";
import { failure } from "../core/errors.ts";
import { createSecrets } from "../core/secrets.ts";
import { testContext } from "../testing/connector_context.ts";
import { testBatch } from "../testing/fake_worker_api.ts";
import { type ConnectorContext, defineConnector, type OpenConnector } from "./connector.ts";
import { WrongAddressError } from "./http/bound_fetch.ts";
import { openConnector } from "./open_connector.ts";

const credentials = { client_id: "app", keys: [{ secret: "hemmelig-1" }, { secret: "hemmelig-1-lang" }] };
const words = "No such key: hemmelig-1-lang, hemmelig-1 (app)";
const cleaned = "No such key: ***, *** (app)";

function open(parts: Partial<OpenConnector> = {}): OpenConnector {
  const results = [{ entry_key: "a", state: "rejected", error: words } as const];
  const outcome = { results, failure: failure("permanent", "refused", words) };
  const connector = defineConnector({
    type: "test",
    addressKeys: [],
    targets: () => [],
    parseConfig: () => null,
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 7,
      ping: () => Promise.resolve({ ok: false, failure: outcome.failure }),
      export: () => Promise.resolve(outcome),
      ...parts,
    }),
  });
  return openConnector([connector], { integration_type: "test", config: {}, credentials });
}

const context = testContext({ secrets: createSecrets(credentials) });

Deno.test("an open connector reports nothing of its credentials when the vendor quotes them", async () => {
  const settled = [
    { entry_key: "a", state: "rejected", error: words } as const,
    { entry_key: "c", state: "exported", external_id: "hemmelig-1" } as const,
  ];
  const found = { settled, absent: ["b"] };
  const connector = open({ lookup: () => Promise.resolve(found) });
  const ping = await connector.ping(context);
  assert.equal(!ping.ok && ping.failure.message, cleaned);
  const sent = await connector.export(context, testBatch(1, ["a"]));
  assert.equal(sent.failure?.message, cleaned);
  assert.deepEqual(sent.results, [{ entry_key: "a", state: "rejected", error: cleaned }]);
  assert.deepEqual(await connector.lookup?.(context, []), {
    settled: [{ entry_key: "a", state: "rejected", error: cleaned }, {
      entry_key: "c",
      state: "exported",
      external_id: "***",
    }],
    absent: ["b"],
  });
});

Deno.test("an open connector has a lookup only when its connector has one", () => {
  assert.equal(open().lookup, undefined);
  assert.equal(open().batchSize, 7);
});

const tethered = defineConnector({
  type: "tethered",
  addressKeys: ["url"],
  targets: ({ url }: { url: string }) => [new URL(url)],
  parseConfig: (raw) => raw as { url: string },
  parseCredentials: () => null,
  connect: () => {
    const elsewhere = async ({ fetch }: ConnectorContext): Promise<never> => {
      await fetch("https://elsewhere.example/");
      throw new Error("it was sent");
    };
    return {
      batchSize: 1,
      ping: elsewhere,
      lookup: elsewhere,
      independentBatches: elsewhere,
      export: elsewhere,
    };
  },
});
const integration = {
  integration_type: "tethered",
  config: { url: "https://erp.example/" },
  credentials: {},
  address: { url: "https://erp.example/" },
};

Deno.test("nothing that a connector does sends anywhere but to its targets", async () => {
  const sent: unknown[] = [];
  const fetching = testContext({
    fetch: (input) => {
      sent.push(input);
      return Promise.resolve(new Response());
    },
  });
  const { ping, lookup, independentBatches, export: send } = openConnector([tethered], integration);
  assert.ok(lookup && typeof independentBatches === "function");
  await assert.rejects(ping(fetching), WrongAddressError);
  await assert.rejects(lookup(fetching, []), WrongAddressError);
  await assert.rejects(independentBatches(fetching, []), WrongAddressError);
  await assert.rejects(send(fetching, testBatch(1, ["a"])), WrongAddressError);
  assert.deepEqual(sent, []);
});

Deno.test("a connector opens with the credentials of its address, and with none", () => {
  const none = { ...integration, credentials: null, address: null };
  for (const given of [integration, none]) assert.equal(openConnector([tethered], given).batchSize, 1);
  const moved = { ...integration, config: { url: "https://other.example/" } };
  // The database's word counts, also where both look the same here.
  for (const given of [moved, { ...integration, credentials_needed: "Store them again." }]) {
    assert.throws(() => openConnector([tethered], given), { code: "credentials_needed" });
  }
});
