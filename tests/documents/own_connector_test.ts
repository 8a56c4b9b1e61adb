/** The connector that docs/connectors/own-connector.md shows to developers, run as it is. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { openConnector } from "../../supabase/functions/integration-sync/connectors/open_connector.ts";
import type { Connector } from "../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Batch } from "../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../supabase/functions/integration-sync/testing/connector_context.ts";
import { root } from "../../tools/run_deno.ts";

/** The module of the page's section. */
async function shown(): Promise<Connector> {
  const page = await Deno.readTextFile(`${root}/docs/connectors/own-connector.md`);
  const [, code = ""] = /^```ts\n([^]*?)^```/m.exec(page) ?? [];
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      code.replaceAll('"../../supabase/', `"${pathToFileURL(root).href}/supabase/`),
    );
    return (await import(pathToFileURL(file).href)).fjordLedger;
  } finally {
    await Deno.remove(file);
  }
}

const URL = "https://api.fjord-ledger.example/vouchers";
const ENTRY = { entry_key: "A", period: "2026-11", document_number: "A-1", payload: {}, settled: false };

function batch(resend: boolean): Batch {
  return { batch_id: "0d1e7c9e-6f0e-4f6e-9b6e-0c1c2b3a4d5e", resend, entries: [ENTRY] };
}

Deno.test("the connector of docs/connectors/own-connector.md gives each answer its state, also when a batch is sent again", async () => {
  const connector = await shown();
  const config = { url: URL };
  const open = openConnector([connector], {
    integration_type: "fjord_ledger",
    config,
    credentials: { token: "t-0123456789" },
    address: config,
  });
  const answers: readonly [answer: Response | Error, first: string, again: string, errorClass?: string][] = [
    [new Response("", { status: 201 }), "exported", "exported"],
    [new Response("", { status: 429 }), "pending", "unknown", "rate_limited"],
    [new Response("", { status: 400 }), "pending", "unknown", "permanent"],
    [new Response("", { status: 408 }), "unknown", "unknown", "ambiguous"],
    [new Response("", { status: 409 }), "unknown", "unknown", "ambiguous"],
    [new Response("", { status: 425 }), "pending", "unknown", "transient"],
    [new Response("", { status: 502 }), "unknown", "unknown", "ambiguous"],
    [new TypeError("the connection was lost"), "unknown", "unknown", "ambiguous"],
  ];
  for (const [answer, ...expected] of answers) {
    const states = [];
    let errorClass;
    for (const resend of [false, true]) {
      const sent: Request[] = [];
      const fetch: typeof globalThis.fetch = (input, init) => {
        sent.push(new Request(input, init));
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer.clone());
      };
      const { results, failure } = await open.export(testContext({ fetch }), batch(resend));
      states.push(results[0]?.state);
      errorClass = failure?.class;
      assert.deepEqual(sent.map(({ url }) => url), [URL]);
      assert.equal(sent[0]?.headers.get("idempotency-key"), batch(resend).batch_id);
    }
    assert.deepEqual([...states, ...errorClass === undefined ? [] : [errorClass]], expected);
  }
});

Deno.test("the connector of docs/connectors/own-connector.md refuses what it does not know, and checks its connection", async () => {
  const connector = await shown();
  assert.throws(() => connector.open({ url: URL, ulr: "" }, { token: "t" }), { code: "invalid_config" });
  assert.throws(() => connector.open({ url: URL }, null), { code: "invalid_credentials" });
  const open = connector.open({ url: URL, fiscal_year_ends: 6 }, { token: "t" });
  const answers: readonly [status: number, errorClass?: string][] = [
    [200],
    [401, "permanent"],
    [425, "transient"],
    [429, "rate_limited"],
    [503, "transient"],
  ];
  for (const [status, errorClass] of answers) {
    const fetch = () => Promise.resolve(new Response("", { status }));
    const outcome = await open.ping(testContext({ fetch }));
    assert.equal(outcome.ok ? undefined : outcome.failure.class, errorClass);
  }
});
