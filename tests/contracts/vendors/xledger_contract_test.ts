/**
 * What the connector takes for granted about Xledger, against the fake and, with a token, against a demo tenant:
 *
 * - `XLEDGER_TOKEN`: a token that may read and add GL import items. Without it only the fake is asked.
 * - `XLEDGER_URL`: default https://demo.xledger.net/graphql.
 * - `XLEDGER_ACCOUNTS`: two account codes of the tenant, default `6860,2910`.
 * - `XLEDGER_CONFIG`: further configuration, such as `{"counts_as_exported":"staged","job_level":{"dbId":1}}`. With codes
 *   in `vat_codes` and `dimensions`, the first of each is booked.
 *
 * It books two vouchers over 1.00 at every run: never give it the token of a tenant in use.
 */
import assert from "node:assert/strict";
import { startXledger } from "../../../local/vendors/xledger/server.ts";
import { xledger } from "../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import { parseXledgerConfig } from "../../../supabase/functions/integration-sync/connectors/xledger/config.ts";
import type { Entry } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { batchOf } from "../../integration/connectors/xledger/tenant.ts";

interface Tenant extends AsyncDisposable {
  readonly config: Readonly<Record<string, unknown>>;
  readonly token: string;
  readonly accounts: readonly string[];
}

async function fakeTenant(): Promise<Tenant> {
  const vendor = await startXledger();
  return {
    config: {
      url: vendor.url,
      vat_codes: { "25": "1" },
      dimensions: { department: { to: "glObject1", codes: { Salg: "10" } } },
    },
    token: vendor.token,
    accounts: ["6860", "2910"],
    [Symbol.asyncDispose]: () => vendor.stop(),
  };
}

function demoTenant(token: string): Promise<Tenant> {
  const url = Deno.env.get("XLEDGER_URL") ?? "https://demo.xledger.net/graphql";
  return Promise.resolve({
    config: { url, import_wait_seconds: 60, ...JSON.parse(Deno.env.get("XLEDGER_CONFIG") ?? "{}") },
    token,
    accounts: (Deno.env.get("XLEDGER_ACCOUNTS") ?? "6860,2910").split(","),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

const token = Deno.env.get("XLEDGER_TOKEN");
const tenants: Readonly<Record<string, () => Promise<Tenant>>> = {
  "the fake Xledger": fakeTenant,
  ...(token === undefined ? {} : { "the demo tenant": () => demoTenant(token) }),
};

function entry(accounts: readonly string[]): Entry {
  const [debit, credit] = accounts;
  return {
    entry_key: `contract-${crypto.randomUUID()}`,
    period: new Date().toISOString().slice(0, 7),
    document_number: "CONTRACT-TEST",
    payload: {
      posting_date: new Date().toISOString().slice(0, 10),
      currency: "NOK",
      description: "Contract test",
      lines: [{ account: debit, debit: "1.00" }, { account: credit, credit: "1.00" }],
    },
    settled: false,
  };
}

/** The voucher with the first name of each mapping on its first line. */
function coded(voucher: Entry, raw: Readonly<Record<string, unknown>>): Entry {
  const { vat_codes, dimensions } = parseXledgerConfig(raw);
  const [vat_code] = typeof vat_codes === "object" ? Object.keys(vat_codes) : [];
  const named = Object.entries(dimensions).flatMap(([name, { codes = {} }]) =>
    Object.keys(codes).slice(0, 1).map((value) => [name, value])
  );
  const payload = voucher.payload as { lines: object[] };
  const [debit, ...others] = payload.lines;
  const first = { ...debit, ...(vat_code && { vat_code }), dimensions: Object.fromEntries(named) };
  return { ...voucher, payload: { ...payload, lines: [first, ...others] } };
}

for (const [name, start] of Object.entries(tenants)) {
  Deno.test(`${name} takes the VAT code and the dimensions of a line when they are mapped`, async () => {
    await using tenant = await start();
    const connector = xledger.open(tenant.config, { token: tenant.token });
    const { results, failure } = await connector.export(
      testContext(),
      batchOf([coded(entry(tenant.accounts), tenant.config)]),
    );
    assert.equal(results[0]?.state, "exported", JSON.stringify([results, failure]));
  });

  Deno.test(`${name} answers a ping, and names a token that is wrong`, async () => {
    await using tenant = await start();
    const ping = (token: string) => xledger.open(tenant.config, { token }).ping(testContext());
    assert.deepEqual(await ping(tenant.token), { ok: true });
    const refused = await ping("not-a-token");
    assert.equal(refused.ok ? "ok" : refused.failure.code, "xledger_access_refused");
  });

  Deno.test(`${name} takes a voucher, shows it by its external identifiers, and takes no second one from us`, async () => {
    await using tenant = await start();
    const connector = xledger.open(tenant.config, { token: tenant.token });
    const voucher = entry(tenant.accounts);
    for (const time of ["first", "second"]) {
      const { results, failure } = await connector.export(testContext(), batchOf([voucher]));
      assert.equal(failure, undefined, `${time}: ${failure?.message}`);
      assert.equal(results[0]?.state, "exported", `${time}: ${JSON.stringify(results)}`);
    }
    const found = await connector.lookup?.(testContext(), [voucher]);
    assert.equal(found?.settled[0]?.state, "exported");
  });

  Deno.test(`${name} says no to an account that does not exist, and takes the other voucher`, async () => {
    await using tenant = await start();
    const connector = xledger.open(tenant.config, { token: tenant.token });
    const { accounts } = tenant;
    const entries = [entry(accounts), entry(["9999", "9999"])];
    const { results } = await connector.export(testContext(), batchOf(entries));
    const stateOf = (key: string | undefined) => results.find(({ entry_key }) => entry_key === key)?.state;
    assert.equal(stateOf(entries[0]?.entry_key), "exported", JSON.stringify(results));
    assert.equal(stateOf(entries[1]?.entry_key), "rejected", JSON.stringify(results));
  });
}
