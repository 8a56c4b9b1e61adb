import assert from "node:assert/strict";
import * as z from "../../../core/zod.ts";
import { testContext } from "../../../testing/connector_context.ts";
import { createClient } from "./client.ts";
import { parseBusinessCentralConfig } from "../config.ts";

const config = parseBusinessCentralConfig({
  tenant_id: "t",
  environment: "Production",
  company: "C",
  journal: "J",
  currency: "NOK",
});

/** A client whose requests are answered with these bodies, one after the other; their addresses are in `asked`. */
function client(...bodies: readonly string[]) {
  const asked: string[] = [];
  const left = [...bodies];
  const context = testContext({
    fetch: (input) => {
      asked.push(String(input));
      return Promise.resolve(new Response(left.shift()));
    },
  });
  const tokens = { get: () => Promise.resolve("token") };
  return { asked, client: createClient(config, { client_id: "a", client_secret: "b" }, tokens, context) };
}

const row = z.object({ id: z.string() });

Deno.test("a query is written as OData has it when it holds blanks, quotes and plus signs", async () => {
  const { asked, client: { list } } = client('{"value":[]}');
  await list("entries", { $filter: "documentNumber eq 'O''Hara + 1'" }, row);
  assert.deepEqual(asked, [
    "https://api.businesscentral.dynamics.com/v2.0/t/Production/api/v2.0/entries?$filter=documentNumber%20eq%20%27O%27%27Hara%20%2B%201%27",
  ]);
});

Deno.test("list follows the link to the next page as it is, and nowhere else", async () => {
  const next = "https://api.businesscentral.dynamics.com/v2.0/t/Production/api/v2.0/entries?$skiptoken=a+b";
  const { asked, client: { list } } = client(
    `{"value":[{"id":"1"}],"@odata.nextLink":"${next}"}`,
    '{"value":[{"id":"2"}]}',
  );
  assert.deepEqual(await list("entries", {}, row), [{ id: "1" }, { id: "2" }]);
  assert.equal(asked[1], next);
  const aside = client(
    `{"value":[],"@odata.nextLink":"${new URL("/v2.0/other/e/api/v2.0/entries?a=b", next)}"}`,
    '{"value":[]}',
  );
  await aside.client.list("entries", {}, row);
  assert.equal(
    aside.asked[1],
    next.replace(/[?].*/, "?a=b"),
    "of a link on the same host the query alone counts",
  );
  const evil = client('{"value":[],"@odata.nextLink":"https://evil.example/?$skiptoken=1"}');
  await assert.rejects(evil.client.list("entries", {}, row), { name: "BusinessCentralFault" });
  assert.equal(evil.asked.length, 1);
});

Deno.test("list gives up when the pages hold more rows than an isolate should", async () => {
  const next = "https://api.businesscentral.dynamics.com/v2.0/t/Production/api/v2.0/entries?$skiptoken=1";
  const value = Array.from({ length: 40_000 }, () => ({ id: "1" }));
  const page = JSON.stringify({ value, "@odata.nextLink": next });
  const { asked, client: { list } } = client(page, page, page, page);
  await assert.rejects(list("entries", {}, row), /showed more than 100000 rows at once/);
  assert.equal(asked.length, 3);
});

for (
  const [what, body] of [
    ["no JSON", "<html>"],
    ["another shape", '{"value":[{"id":1}]}'],
    ["more than 16 MiB", `{"value":[{"id":"${"x".repeat(16 * 1024 * 1024)}"}]}`],
  ] as const
) {
  Deno.test(`list fails for the moment when the answer is ${what}`, async () => {
    const schema = z.object({ id: z.string().check(z.minLength(2)) });
    await assert.rejects(client(body).client.list("entries", {}, schema), (error) => {
      assert.equal((error as { failure?: { class: string } }).failure?.class, "transient");
      return true;
    });
  });
}

Deno.test("a look reads from the database that is written to, not from a replica that lags behind", async () => {
  const headers: Headers[] = [];
  const context = testContext({
    fetch: (_input, init) => {
      headers.push(new Headers(init?.headers));
      return Promise.resolve(Response.json({ value: [] }));
    },
  });
  const tokens = { get: () => Promise.resolve("token") };
  await createClient(config, { client_id: "a", client_secret: "b" }, tokens, context).list(
    "entries",
    {},
    row,
  );
  // A replica may not have the lines yet that an earlier attempt has sent: they would be sent once more.
  assert.equal(headers[0]?.get("data-access-intent"), "ReadWrite");
  assert.equal(headers[0]?.get("authorization"), "Bearer token");
});

for (const status of [300, 404, 503]) {
  Deno.test(`list throws when it is answered ${status}, and takes no row`, async () => {
    const context = testContext({
      fetch: () => Promise.resolve(Response.json({ value: [{ id: "1" }] }, { status })),
    });
    const tokens = { get: () => Promise.resolve("token") };
    const { list } = createClient(config, { client_id: "a", client_secret: "b" }, tokens, context);
    await assert.rejects(list("entries", {}, row), { name: "BusinessCentralFault" });
  });
}

Deno.test("a write is in doubt when another success is answered than expected", async () => {
  const { client: { write } } = client('{"id":"1"}', '{"id":"1"}');
  assert.deepEqual(await write("journals", {}, 200), { id: "1" });
  await assert.rejects(write("journals", {}, 201), /answered 200 instead of 201/);
});
