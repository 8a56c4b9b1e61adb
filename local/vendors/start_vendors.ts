import postgres from "postgres";
import { connectIntegration } from "../connect_integration.ts";
import { type BusinessCentral, startBusinessCentral } from "./business_central/business_central.ts";
import { businessCentralBooks, receiverBooks, xledgerBooks } from "./books.ts";
import { clearBooks } from "./business_central/store.ts";
import type { Vendor } from "./vendor.ts";
import type { WebhookReceiver } from "./webhook_receiver.ts";
import { startXledger, type XledgerVendor } from "./xledger/server.ts";

// Of what the seed delivers to the webhook integration, as many go to each of the others too.
const COPIED_ENTRIES = 120;
const SEEDED_ORGANISATION = "0a000000-0000-4000-8000-000000000001";

/** The fakes of Xledger and Business Central, with the quotas of the real ones. */
export interface FakeVendors {
  readonly xledger: XledgerVendor;
  readonly businessCentral: BusinessCentral;
  /** Empties their books. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts them on free loopback ports. Xledger imports what it has staged half a second later. */
export async function startVendors(): Promise<FakeVendors> {
  const xledger = await startXledger({ behaviour: { importDelayMs: 500 } });
  const businessCentral = await startBusinessCentral();
  return {
    xledger,
    businessCentral,
    reset() {
      xledger.ledger.clear();
      clearBooks(businessCentral.company);
    },
    stop: async () => {
      await Promise.all([xledger.stop(), businessCentral[Symbol.asyncDispose]()]);
    },
  };
}

/** All external systems of a platform, the webhook receiver first. */
export function listVendors(receiver: WebhookReceiver, fakes: FakeVendors | null): Vendor[] {
  const vendors: Vendor[] = [{
    integrationType: "webhook",
    name: "Webhook receiver",
    url: receiver.url,
    ledger: (orgId) => receiverBooks(receiver, orgId),
  }];
  if (fakes === null) return vendors;
  const { xledger, businessCentral } = fakes;
  // The company behind these has one customer.
  const isForeign = (orgId = SEEDED_ORGANISATION) => orgId !== SEEDED_ORGANISATION;
  return [
    ...vendors,
    {
      integrationType: "xledger",
      name: "Xledger",
      url: xledger.url,
      ledger: (orgId) => isForeign(orgId) ? [] : xledgerBooks(xledger),
    },
    {
      integrationType: "dynamics",
      name: "Dynamics 365 Business Central",
      url: businessCentral.url,
      ledger: (orgId) => isForeign(orgId) ? [] : businessCentralBooks(businessCentral),
    },
  ];
}

/** Connects the seed's first organisation to them, with vouchers to export. Does nothing in a database without the seed. */
export async function connectVendors(adminUrl: string, fakes: FakeVendors): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  const { xledger, businessCentral: { url, app, environment, company, journal } } = fakes;
  const connections = [
    {
      type: "xledger",
      config: {
        url: xledger.url,
        transaction_sources: { expense: "EX" },
        dimensions: {
          department: { to: "glObject1", codes: { "Innkjøp": "10", "Salg": "20", "Økonomi": "30" } },
        },
        ignored_fields: { voucher: ["employee"] },
      },
      credentials: { token: xledger.token },
    },
    {
      type: "dynamics",
      config: {
        tenant_id: app.tenant_id,
        environment,
        company: company.name,
        journal: journal.code,
        currency: "NOK",
        dimensions: {
          department: {
            to: "AVDELING",
            codes: { "Innkjøp": "INNKJØP", "Salg": "SALG", "Økonomi": "ØKONOMI" },
          },
        },
        ignored_fields: { voucher: ["voucher_type", "employee"] },
        api_url: url,
        login_url: url,
      },
      credentials: { client_id: app.client_id, client_secret: app.client_secret },
    },
  ];
  try {
    for (const { type, config, credentials } of connections) {
      const [seeded] = await sql<{ id: string }[]>`
        select id from public.sync_integrations
        where org_id = ${SEEDED_ORGANISATION} and integration_type = 'webhook'`;
      if (seeded === undefined) return;
      await connectIntegration(sql, { orgId: SEEDED_ORGANISATION, type, config, credentials });
      await sql`
        select public.add_sync_entries(${SEEDED_ORGANISATION}, ${type}, (
          select jsonb_agg(jsonb_build_object('entry_key', e.entry_key, 'period', e.period,
            'document_number', e.document_number, 'payload', e.payload) order by e.entry_key)
          from (
            select * from public.sync_export_entries where integration_id = ${seeded.id}
            order by entry_key limit ${COPIED_ENTRIES}) e), atomic => true)`;
    }
  } finally {
    await sql.end();
  }
}
