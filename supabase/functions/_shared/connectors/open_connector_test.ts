import assert from "node:assert/strict";
import { failure } from "../errors.ts";
import { createSecrets } from "../secrets.ts";
import { testContext } from "../testing/connector_context.ts";
import { testBatch } from "../testing/fake_worker_api.ts";
import { defineConnector, type OpenConnector } from "./connector.ts";
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
