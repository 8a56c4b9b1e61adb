/**
 * What the connector takes for granted of Business Central, asked of the fake and, when they are in the environment, of a
 * real tenant:
 *
 * - `BUSINESS_CENTRAL_CONFIG`: the integration's config as JSON, of a sandbox with a journal of its own. With codes in
 *   `dimensions.department`, whether a line keeps its dimension is asked too; with codes in `vat_codes`, its tax code.
 * - `BUSINESS_CENTRAL_CREDENTIALS`: `{"client_id": "...", "client_secret": "..."}`.
 * - `BUSINESS_CENTRAL_ACCOUNTS`: two G/L accounts without a general posting type, such as `6860,2910`.
 *
 * It posts two vouchers of 0.01 a run and leaves the journal empty.
 */
import assert from "node:assert/strict";
import { startBusinessCentral } from "../../../local/vendors/business_central/business_central.ts";
import { createClient } from "../../../supabase/functions/integration-sync/connectors/business_central/api/client.ts";
import {
  type BusinessCentralConfig,
  type BusinessCentralCredentials,
  parseBusinessCentralConfig,
  parseBusinessCentralCredentials,
} from "../../../supabase/functions/integration-sync/connectors/business_central/config.ts";
import { compareJournal } from "../../../supabase/functions/integration-sync/connectors/business_central/books/difference.ts";
import { BusinessCentralFault } from "../../../supabase/functions/integration-sync/connectors/business_central/fault.ts";
import { openJournal } from "../../../supabase/functions/integration-sync/connectors/business_central/books/journal.ts";
import { findPostings } from "../../../supabase/functions/integration-sync/connectors/business_central/books/ledger.ts";
import { planVoucher } from "../../../supabase/functions/integration-sync/connectors/business_central/voucher/plan.ts";
import { findPlace } from "../../../supabase/functions/integration-sync/connectors/business_central/setup.ts";
import { createTokenCache } from "../../../supabase/functions/integration-sync/connectors/business_central/api/token.ts";
import { businessCentral } from "../../../supabase/functions/integration-sync/connectors/business_central/connector.ts";
import type { Entry } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";

interface Tenant {
  readonly config: BusinessCentralConfig;
  readonly credentials: BusinessCentralCredentials;
  readonly accounts: readonly string[];
}

function contract(name: string, test: (tenant: Tenant) => Promise<void>): void {
  Deno.test(`the fake Business Central ${name}`, async () => {
    await using fake = await startBusinessCentral();
    const config = parseBusinessCentralConfig({
      tenant_id: fake.app.tenant_id,
      environment: fake.environment,
      company: fake.company.name,
      journal: fake.journal.code,
      currency: "NOK",
      dimensions: { department: { to: "AVDELING", codes: { Salg: "SALG" } } },
      vat_codes: { "0": "NULL" },
      api_url: fake.url,
      login_url: fake.url,
    });
    const { client_id, client_secret } = fake.app;
    fake.company.postingTypes.add("6860");
    await test({ config, credentials: { client_id, client_secret }, accounts: ["6860", "2910"] });
  });

  const settings = ["CONFIG", "CREDENTIALS", "ACCOUNTS"].map((part) =>
    Deno.env.get(`BUSINESS_CENTRAL_${part}`)
  );
  const given = !settings.includes(undefined);
  Deno.test({
    name: `a real Business Central ${name}${
      given ? "" : " (skipped: BUSINESS_CENTRAL_CONFIG and others are not set)"
    }`,
    ignore: !given,
    fn: async () => {
      const [config = "", credentials = "", accounts = ""] = settings;
      await test({
        config: parseBusinessCentralConfig(JSON.parse(config)),
        credentials: parseBusinessCentralCredentials(JSON.parse(credentials)),
        accounts: accounts.split(","),
      });
    },
  });
}

function entryOf({ config, accounts }: Tenant, suffix: string): Entry {
  const [debit = "", credit = ""] = accounts;
  const number = `CT${Date.now().toString(36)}${suffix}`.toUpperCase();
  const posting_date = new Date().toISOString().slice(0, 10);
  const payload = {
    posting_date,
    currency: config.currency,
    description: "Contract test, blåbærsyltetøy",
    lines: [{ account: debit, debit: "0.01" }, { account: credit, credit: "0.01" }],
  };
  return {
    entry_key: number,
    period: posting_date.slice(0, 7),
    document_number: number,
    payload,
    settled: false,
  };
}

async function openTenant({ config, credentials }: Tenant) {
  const context = testContext();
  const client = createClient(config, credentials, createTokenCache(), context);
  const place = await findPlace(client, config);
  const journal = openJournal(client, place, context, () => Promise.resolve());
  return { client, place, journal, context };
}

contract("is reached, and its journal is ours alone", async ({ config, credentials }) => {
  assert.deepEqual(await businessCentral.open(config, credentials).ping(testContext()), { ok: true });
});

contract("posts a voucher once when it is exported twice, and finds it again", async (tenant) => {
  const { config, credentials } = tenant;
  const connector = businessCentral.open(config, credentials);
  const entries = [entryOf(tenant, "A")];
  const batch = { batch_id: crypto.randomUUID(), resend: false, entries };
  const [entry] = entries;
  const exported = [{ entry_key: entry?.entry_key, state: "exported", external_id: entry?.document_number }];
  assert.deepEqual(await connector.export(testContext(), batch), { results: exported });
  assert.deepEqual(await connector.export(testContext(), batch), { results: exported });
  assert.deepEqual(await connector.lookup?.(testContext(), entries), { settled: exported, absent: [] });
});

contract("keeps lines as they were sent, refuses a line number twice, and lets lines go", async (tenant) => {
  const { journal, place, client, context } = await openTenant(tenant);
  const plan = planVoucher(context.integration_id, tenant.config, entryOf(tenant, "B"), "first");
  assert.ok(plan.ok);
  const { voucher } = plan;
  const lines = voucher.lines.map((line) => ({ voucher, line }));
  try {
    assert.deepEqual(await journal.insert(lines), { refused: new Map(), taken: [voucher] });
    // The refusal is that of a key which is there already: no entry is at fault.
    assert.deepEqual(await journal.insert(lines), { refused: new Map(), taken: [] });
    const standing = await journal.read();
    assert.deepEqual(
      standing.map(({ lineNumber, accountNumber, amount }) => ({ lineNumber, accountNumber, amount })),
      voucher.lines.map(({ lineNumber, accountNumber, amount }) => ({ lineNumber, accountNumber, amount })),
    );
    assert.ok(standing.every(({ documentNumber }) => documentNumber === voucher.documentNumber));
    assert.deepEqual([...(await findPostings(client, place, [voucher])).values()], ["absent"]);
  } finally {
    const standing = await journal.read();
    const { length } = await journal.remove(standing);
    // Gone, or foreign: nothing of a second removal can be done.
    assert.equal(length, 0);
    assert.equal((await journal.remove(standing)).length, standing.length);
  }
});

contract("keeps the tax code and the dimensions of a line from its request", async (tenant) => {
  const { place, client, context } = await openTenant(tenant);
  const { dimensions, vat_codes } = tenant.config;
  const [department] = Object.keys(dimensions.department?.codes ?? {});
  const [vat_code] = typeof vat_codes === "object" ? Object.keys(vat_codes) : [];
  const entry = entryOf(tenant, "C");
  const payload = entry.payload as { lines: object[] };
  const [debit, ...others] = payload.lines;
  const lines = [{ ...debit, ...(department && { department }), ...(vat_code && { vat_code }) }, ...others];
  const coded = { ...entry, payload: { ...payload, lines } };
  const plan = planVoucher(context.integration_id, tenant.config, coded, "first");
  assert.ok(plan.ok);
  const { voucher } = plan;
  const journal = openJournal(client, place, context, () => Promise.resolve(), department !== undefined);
  try {
    await journal.insert(voucher.lines.map((line) => ({ voucher, line })));
    const { missing } = compareJournal(context.integration_id, await journal.read(), [voucher]);
    assert.deepEqual(missing, []);
  } finally {
    await journal.remove(await journal.read());
  }
});

contract("refuses to post an empty journal", async (tenant) => {
  const { journal } = await openTenant(tenant);
  await assert.rejects(
    journal.post(),
    (error) => error instanceof BusinessCentralFault && error.refusal !== null,
  );
});
