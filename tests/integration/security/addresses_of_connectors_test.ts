/** The keys of config that decide where requests go: in the database, in the connectors, and in what they really do. */
import assert from "node:assert/strict";
import type { Connector } from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import { openConnector } from "../../../supabase/functions/integration-sync/connectors/open_connector.ts";
import { connectors } from "../../../supabase/functions/integration-sync/connectors/registry.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { usePlatform } from "../../support/platform.ts";

/** Each key of a connector's config with a value, and another one. A key that is missing here fails the test. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, readonly [unknown, unknown]>>>> = {
  webhook: {
    url: ["https://one.example/in", "https://two.example/in"],
    batch_size: [5, 6],
    timeout_seconds: [5, 6],
    payloads: ["vouchers", "free"],
    period_rule: ["posting_date", "free"],
    fiscal_year_ends: [12, 6],
  },
  xledger: {
    url: ["https://one.example/graphql", "https://two.example/graphql"],
    batch_size: [5, 6],
    max_nodes: [50, 60],
    timeout_seconds: [5, 6],
    transaction_source: ["A", "B"],
    transaction_sources: [{ expense: "A" }, { expense: "B" }],
    job_level: [{ dbId: 1 }, { dbId: 2 }],
    vat_codes: ["same", { "25": "1" }],
    dimensions: [{}, { department: { to: "glObject1", codes: { A: "1" } } }],
    ignored_fields: [{ voucher: ["employee"] }, {}],
    amount_field: ["amount", "invoiceAmount"],
    counts_as_exported: ["imported", "staged"],
    import_wait_seconds: [5, 6],
    visibility_seconds: [5, 6],
    import_error_link: ["dbId", "transactionDbId"],
    period_rule: ["posting_date", "free"],
    fiscal_year_ends: [12, 6],
  },
  dynamics: {
    tenant_id: ["one.example", "two.example"],
    environment: ["One", "Two"],
    company: ["One AS", "Two AS"],
    journal: ["ONE", "TWO"],
    currency: ["NOK", "SEK"],
    batch_size: [5, 6],
    timeout_seconds: [5, 6],
    settle_seconds: [5, 6],
    vat_codes: ["same", { "25": "1" }],
    dimensions: [{}, { department: { to: "AVD", codes: { A: "1" } } }],
    ignored_fields: [{ voucher: ["employee"] }, {}],
    api_url: ["http://127.0.0.1:9001", "http://127.0.0.1:9002"],
    login_url: ["http://127.0.0.1:9003", "http://127.0.0.1:9004"],
    period_rule: ["posting_date", "free"],
    fiscal_year_ends: [12, 6],
  },
};
const CREDENTIALS: Readonly<Record<string, unknown>> = {
  webhook: { signing_secret: `whsec_${btoa("a".repeat(32))}` },
  xledger: { token: "token" },
  dynamics: { client_id: "id", client_secret: "secret" },
};

/** Both companies are there; every other question has no answer. */
function answer(url: string): Response {
  if (url.endsWith("/token")) return Response.json({ access_token: "t", expires_in: 3600 });
  if (/companies(\?|$)/.test(url)) {
    const company = (name: string, id: string) => ({ id, name, displayName: name });
    return Response.json({ value: [company("One AS", "1"), company("Two AS", "2")] });
  }
  return new Response(null, { status: 404 });
}

/** Where the check of a connection goes, without queries. */
async function asked(connector: Connector, config: unknown): Promise<string[]> {
  const urls: string[] = [];
  const { type } = connector;
  const open = openConnector([connector], {
    integration_type: type,
    config,
    credentials: CREDENTIALS[type],
    address: config,
  });
  await open.ping(testContext({
    fetch: (input) => {
      const url = new URL(input instanceof Request ? input.url : input);
      urls.push(url.origin + url.pathname);
      return Promise.resolve(answer(url.href));
    },
  }));
  return urls;
}

const first = (type: string) =>
  Object.fromEntries(Object.entries(CONFIGS[type] ?? {}).map(([key, [value]]) => [key, value]));

Deno.test("the database has the address keys of every connector", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const rows = await database.sql<{ code: string; address_keys: string[] }[]>`
    select code, address_keys from public.sync_integration_types`;
  const inSql = Object.fromEntries(rows.map(({ code, address_keys }) => [code, address_keys.toSorted()]));
  assert.deepEqual(
    inSql,
    Object.fromEntries(connectors.map(({ type, addressKeys }) => [type, addressKeys.toSorted()])),
  );
});

for (const connector of connectors) {
  const { type, addressKeys } = connector;
  Deno.test(`${type}: the address keys decide where requests go, and no other key does`, async () => {
    const config = first(type);
    const before = await asked(connector, config);
    assert.ok(before.length > 0);
    for (const [key, [, other]] of Object.entries(CONFIGS[type] ?? {})) {
      const after = await asked(connector, { ...config, [key]: other });
      if (key === "company" || !addressKeys.includes(key)) continue;
      assert.notDeepEqual(after, before, key);
    }
    const targets = (of: object) => connector.targets(of).map(({ href }) => href);
    for (const [key, [, other]] of Object.entries(CONFIGS[type] ?? {})) {
      if (addressKeys.includes(key)) continue;
      assert.deepEqual(targets({ ...config, [key]: other }), targets(config), key);
    }
    assert.throws(() => connector.targets({ ...config, unlisted: 1 }), /unlisted/);
  });

  Deno.test(`${type}: a request elsewhere is not sent, and credentials of another address are not used`, () => {
    const config = first(type);
    for (const key of addressKeys) {
      const moved = { ...config, [key]: CONFIGS[type]?.[key]?.[1] };
      const open = () =>
        openConnector([connector], {
          integration_type: type,
          config: moved,
          credentials: CREDENTIALS[type],
          address: config,
        });
      assert.throws(open, { code: "credentials_needed" }, key);
    }
    const none = { integration_type: type, config, credentials: CREDENTIALS[type], address: null };
    assert.throws(() => openConnector([connector], none), { code: "credentials_needed" }, "no address");
  });
}
