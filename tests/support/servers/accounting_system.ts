/**
 * A tenant connected to a fake accounting system.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connectIntegration } from "../../../local/connect_integration.ts";
import { startBusinessCentral } from "../../../local/vendors/business_central/business_central.ts";
import { startXledger } from "../../../local/vendors/xledger/server.ts";
import { vouchers } from "../../integration/connectors/xledger/tenant.ts";
import type { Tenant } from "../tenant.ts";

/** A fake accounting system behind real HTTP. */
export interface AccountingSystem extends AsyncDisposable {
  readonly name: string;
  readonly integrationType: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, string>>;
  /** The write that decides: it waits for a while, and is then carried out whether or not the client still listens. */
  delayNextWrite(): void;
  /** The second write that decides is refused with this status, as if access had gone for a moment. */
  refuseSecondWrite(status: number): void;
  /** How many requests of that kind have arrived. */
  writes(): number;
  /** How often the books have each voucher, by document number. */
  booked(): Map<string, number>;
}

/** So long that a test can kill a process while the write is on its way. */
const DELAY_MS = 1000;

/** Starts a fake of each, with waits short enough for a test on the real clock. */
export const accountingSystems: readonly (() => Promise<AccountingSystem>)[] = [
  startFakeXledger,
  startFakeBusinessCentral,
];

async function startFakeXledger(): Promise<AccountingSystem> {
  const vendor = await startXledger();
  return {
    name: "Xledger",
    integrationType: "xledger",
    config: {
      url: vendor.url,
      batch_size: 10,
      visibility_seconds: 1,
      ignored_fields: { voucher: ["voucher_type"] },
    },
    credentials: { token: vendor.token },
    delayNextWrite: () => vendor.misbehave({ on: "mutation", kind: "slow", ms: DELAY_MS }),
    refuseSecondWrite: (status) =>
      vendor.misbehave({ on: "mutation", kind: "slow", ms: 0 }, { on: "mutation", kind: "status", status }),
    writes: () => vendor.requests.filter(({ kind }) => kind === "mutation").length,
    booked() {
      const byNumber = Map.groupBy(vendor.ledger.journal, ({ node }) => String(node.invoiceNumber));
      return new Map([...byNumber].map(([number, entries]) => [
        number,
        new Set(entries.map(({ transactionNumber }) => transactionNumber)).size,
      ]));
    },
    [Symbol.asyncDispose]: () => vendor.stop(),
  };
}

async function startFakeBusinessCentral(): Promise<AccountingSystem> {
  const fake = await startBusinessCentral();
  const { tenant_id, client_id, client_secret } = fake.app;
  return {
    name: "Business Central",
    integrationType: "dynamics",
    config: {
      tenant_id,
      environment: fake.environment,
      company: fake.company.name,
      journal: fake.journal.code,
      currency: "NOK",
      ignored_fields: { voucher: ["voucher_type"] },
      batch_size: 10,
      settle_seconds: 2,
      api_url: fake.url,
      login_url: fake.url,
    },
    credentials: { client_id, client_secret },
    delayNextWrite: () => fake.misbehave({ on: "post", kind: "slow", ms: DELAY_MS }),
    refuseSecondWrite: (status) =>
      fake.misbehave({ on: "post", kind: "slow", ms: 0 }, { on: "post", kind: "status", status }),
    writes: () => fake.requests.filter((request) => /Microsoft\.NAV\.post/.test(request)).length,
    booked() {
      const byNumber = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
      return new Map([...byNumber].map(([number, entries]) => [
        number,
        new Set(entries.map(({ posting }) => posting)).size,
      ]));
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

/** Connects a tenant to it, with so many vouchers to export, and presses the trigger; returns the run's id. */
export async function syncWith(
  sql: Sql,
  tenant: Tenant,
  system: AccountingSystem,
  count: number,
): Promise<string> {
  const { integrationType, config, credentials } = system;
  const connection = { orgId: tenant.orgId, type: integrationType, config, credentials };
  const id = await connectIntegration(sql, connection);
  await sql`update public.sync_integrations set retry_base = '0' where id = ${id}`;
  const entries = vouchers(count).map(({ settled: _, ...entry }) => entry);
  await sql`select public.add_sync_entries(${tenant.orgId}, ${integrationType}, ${
    sql.json(entries as never)
  })`;
  const coordinator = await tenant.signIn("coordinator");
  const { data, error } = await coordinator.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: integrationType,
  });
  if (error) throw error;
  return data.run_id;
}

/** The books have every voucher exactly once, and the outbox says so too. */
export async function assertBookedOnce(
  sql: Sql,
  tenant: Tenant,
  system: AccountingSystem,
  count: number,
): Promise<void> {
  assert.deepEqual([...system.booked().values()], Array(count).fill(1), "each voucher is booked once");
  const states = await sql`select e.state::text, count(*)::int from public.sync_export_entries e
    join public.sync_integrations i on i.id = e.integration_id
    where i.org_id = ${tenant.orgId} and i.integration_type = ${system.integrationType} group by e.state`;
  assert.deepEqual([...states], [{ state: "exported", count }]);
}
