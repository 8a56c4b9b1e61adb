import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { parseXledgerConfig } from "./config.ts";
import { sendVouchers, type Sent } from "./send.ts";
import { mostCharacters, type Prepared } from "./voucher.ts";

Deno.test("sendVouchers sends a request for each million characters of text", async () => {
  const requests: string[][] = [];
  const context = testContext({
    fetch: async (_url, init) => {
      const { variables } = await new Response(init?.body ?? null).json();
      const ids = variables.inputs.map(({ clientId }: { clientId: string }) => clientId);
      requests.push(ids);
      const edges = ids.map((clientId: string) => ({ clientId, node: { dbId: 1 } }));
      return Response.json({ data: { addGLImportItems: { edges } } });
    },
  });
  const voucher = (name: string, characters: number): Prepared => ({
    entry: { entry_key: name, period: "2026-01", document_number: null, payload: {}, settled: false },
    ids: [`0${name}.1`],
    nodes: [{}],
    characters,
  });
  const sent: Sent = { staged: [], reasons: new Map(), results: [], failure: null };
  const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
  await sendVouchers(link, [voucher("a", 10), voucher("b", mostCharacters - 10), voucher("c", 1)], sent);
  assert.deepEqual(requests, [["0a.1", "0b.1"], ["0c.1"]]);
});
