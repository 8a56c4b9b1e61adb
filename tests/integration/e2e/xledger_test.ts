import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connectIntegration } from "../../../local/connect_integration.ts";
import { type Fault, startXledger } from "../../../local/vendors/xledger/server.ts";
import { usePlatform } from "../../support/platform.ts";
import { type Run, untilStatus } from "../../support/runs.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";
import { bookedOnce, vouchers } from "../connectors/xledger/tenant.ts";

const ENTRIES = 25;
const ignored_fields = { voucher: ["voucher_type"] };

/** Connects the tenant to Xledger, with vouchers in its outbox, and presses the trigger. */
async function sync(sql: Sql, tenant: Tenant, config: unknown, token: string): Promise<Run> {
  const id = await connectIntegration(sql, {
    orgId: tenant.orgId,
    type: "xledger",
    config,
    credentials: { token },
  });
  await sql`update public.sync_integrations set retry_base = '0 seconds' where id = ${id}`;
  const entries = vouchers(ENTRIES).map(({ settled: _, ...entry }) => entry);
  await sql`select public.add_sync_entries(${tenant.orgId}, 'xledger', ${
    sql.json(entries as never)
  }, atomic => true)`;
  const coordinator = await tenant.signIn("coordinator");
  const { data, error } = await coordinator.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "xledger",
  });
  if (error) throw error;
  return await untilStatus(sql, data.run_id, "succeeded", "failed");
}

const drop: Fault = { kind: "apply_then_drop", on: "mutation" };
for (const [what, faults] of [["all is well", []], ["the answer of a mutation is lost", [drop]]] as const) {
  Deno.test(`a run books every voucher in Xledger once when ${what}`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const tenant = await createTenant(database.sql, platform);
    await using vendor = await startXledger();
    vendor.misbehave(...faults);
    const run = await sync(
      database.sql,
      tenant,
      { url: vendor.url, batch_size: 10, ignored_fields },
      vendor.token,
    );
    assert.deepEqual([run.status, run.entries_done, run.error_code], ["succeeded", ENTRIES, null]);
    assert.equal(bookedOnce(vendor), ENTRIES);
  });
}

Deno.test("a run fails at once and says what to check when Xledger does not know the token", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await using vendor = await startXledger();
  const run = await sync(database.sql, tenant, { url: vendor.url, ignored_fields }, "not-the-token");
  assert.deepEqual([run.status, run.error_code, run.attempt], ["failed", "xledger_access_refused", 1]);
  assert.match(run.error_message ?? "", /Check that the API token is right/);
});
