import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { parseXledgerConfig } from "./config.ts";
import { sendVouchers, type Sent } from "./send.ts";
import { mostCharacters, type Prepared } from "./voucher.ts";

const voucher = (name: string, characters: number): Prepared => ({
  entry: { entry_key: name, period: "2026-01", document_number: null, payload: {}, settled: false },
  ids: [`0${name}.1`],
  nodes: [{}],
  characters,
});
const nothing = (): Sent => ({ staged: [], reasons: new Map(), results: [], failure: null });

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
  const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
  const vouchers = [voucher("a", 10), voucher("b", mostCharacters - 10), voucher("c", 1)];
  await sendVouchers(link, vouchers, nothing());
  assert.deepEqual(requests, [["0a.1", "0b.1"], ["0c.1"]]);
});

for (
  const [state, what, answer] of [
    ["pending", "Xledger refuses the request", () => new Response("", { status: 401 })],
    [
      "unknown",
      "an answer leaves it out",
      () => Response.json({ data: { addGLImportItems: { edges: [] } } }),
    ],
  ] as const
) {
  Deno.test(`a voucher is ${state} when ${what}`, async () => {
    const context = testContext({ fetch: () => Promise.resolve(answer()) });
    const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
    const sent = nothing();
    await sendVouchers(link, [voucher("a", 1)], sent);
    assert.deepEqual(sent.results, [{ entry_key: "a", state }]);
  });
}
