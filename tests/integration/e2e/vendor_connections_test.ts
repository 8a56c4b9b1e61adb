/** A refused connection to an accounting system is no outage: what a coordinator reads, and what it takes to fix it. */
import assert from "node:assert/strict";
import { startBusinessCentral } from "../../../local/vendors/business_central/business_central.ts";
import { startXledger } from "../../../local/vendors/xledger/server.ts";
import { untilChecked } from "../../support/checks.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";
import { vouchers } from "../connectors/xledger/tenant.ts";

interface Case extends AsyncDisposable {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly good: Readonly<Record<string, string>>;
  readonly wrong: Readonly<Record<string, string>>;
  readonly incomplete: Readonly<Record<string, string>>;
  readonly words: { readonly refused: RegExp; readonly incomplete: RegExp };
}

async function xledgerCase(): Promise<Case> {
  const vendor = await startXledger();
  return {
    type: "xledger",
    config: { url: vendor.url, ignored_fields: { voucher: ["voucher_type"] } },
    good: { token: vendor.token },
    wrong: { token: "an-old-token" },
    incomplete: { token: "two words" },
    words: {
      refused: /^Xledger refused access\. Check that the API token is right/,
      incomplete: /^The API token is not valid: token must be the token alone, without blanks\.$/,
    },
    [Symbol.asyncDispose]: () => vendor.stop(),
  };
}

async function businessCentralCase(): Promise<Case> {
  const fake = await startBusinessCentral();
  const { tenant_id, client_id, client_secret } = fake.app;
  return {
    type: "dynamics",
    config: {
      tenant_id,
      environment: fake.environment,
      company: fake.company.name,
      journal: fake.journal.code,
      currency: "NOK",
      ignored_fields: { voucher: ["voucher_type"] },
      api_url: fake.url,
      login_url: fake.url,
    },
    good: { client_id, client_secret },
    wrong: { client_id, client_secret: "an-old-secret" },
    incomplete: { client_id },
    words: {
      refused: /^Microsoft refused the client secret\. It may have expired: enter a new one/,
      incomplete: /^The app registration is not valid: client_secret is missing\.$/,
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

for (const [name, start] of [["Xledger", xledgerCase], ["Business Central", businessCentralCase]] as const) {
  Deno.test(`${name}: refused credentials end the run, need attention and raise one alert until they are corrected`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using vendor = await start();
    const tenant = await createTenant(sql, platform);
    const target = { org_id: tenant.orgId, integration_type: vendor.type };
    const [created] = await sql<{ id: string }[]>`
      insert into public.sync_integrations (org_id, integration_type, config, retry_base, manual_cooldown)
      values (${tenant.orgId}, ${vendor.type}, ${sql.json(vendor.config as never)}, '0', '0') returning id`;
    const id = created?.id ?? "";
    const [entry] = vouchers(1);
    await sql`select public.add_sync_entries(${tenant.orgId}, ${vendor.type}, ${
      sql.json([{ ...entry, settled: undefined }] as never)
    })`;
    const [admin, coordinator] = await Promise.all([tenant.signIn("admin"), tenant.signIn("coordinator")]);
    const store = async (credentials: Readonly<Record<string, string>>) => {
      await sql`update sync_scheduler.connection_checks set requested_at = requested_at - interval '1 minute'
        where integration_id = ${id}`;
      const { error } = await admin.rpc("set_integration_credentials", { ...target, credentials });
      assert.equal(error, null);
      return await untilChecked(coordinator, id);
    };
    const run = async () => {
      const { data, error } = await coordinator.rpc("trigger_integration_sync", target);
      if (error) throw error;
      return await untilStatus(sql, data.run_id, "failed", "succeeded");
    };
    const openAlerts = () =>
      sql`select from public.sync_alerts
        where integration_id = ${id} and kind = 'needs_attention' and resolved_at is null`;

    const incomplete = await store(vendor.incomplete);
    assert.equal(incomplete.status, "needs_attention");
    assert.match(incomplete.last_error_message ?? "", vendor.words.incomplete);
    const refused = await store(vendor.wrong);
    assert.match(refused.last_error_message ?? "", vendor.words.refused);
    for (let press = 0; press < 2; press++) {
      const failed = await run();
      assert.deepEqual([failed.status, failed.attempt], ["failed", 1], "no outage: nothing is retried");
      assert.match(failed.error_message ?? "", vendor.words.refused);
    }
    assert.equal((await openAlerts()).length, 1);

    assert.equal((await store(vendor.good)).status, "healthy");
    assert.equal((await openAlerts()).length, 0);
    assert.deepEqual([(await run()).status], ["succeeded"]);
  });
}
