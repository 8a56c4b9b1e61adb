/** Alerts and connection checks hang on what the core writes: without their folders the rest installs and exports. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startPlatform } from "../../../local/platform.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { root } from "../../../tools/run_deno.ts";
import { copyCheckout } from "../../support/hosts/checkout.ts";
import { connect } from "../../support/connect.ts";
import { declaredPaths } from "../../support/hosts/declared.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { untilStatus } from "../../support/runs.ts";
import { apiClient, createTenant, trigger } from "../../support/tenant.ts";

const SCHEMAS = "supabase/schemas";
const GRANTS = "40_access_rules/grants.sql";
const FEATURES = ["alerts", "connections"];
const VOUCHER = {
  entry_key: "voucher-1",
  period: "2026-10",
  document_number: "B-1",
  payload: {
    voucher_type: "expense",
    posting_date: "2026-10-05",
    currency: "NOK",
    description: "Smørbrød på Ås",
    lines: [{ account: "6860", debit: "12.50" }, { account: "2910", credit: "12.50" }],
  },
};

/** The feature that a schema file is of; of the core none. */
const featureOf = (path: string) => FEATURES.find((name) => path.startsWith(`30_functions/${name}/`));

const files = new Map<string, string>();
for (const path of await declaredPaths(join(root, SCHEMAS))) {
  files.set(path, await Deno.readTextFile(join(root, SCHEMAS, path)));
}
const functionsOf = (feature: string) =>
  [...files].filter(([path]) => featureOf(path) === feature).flatMap(([, text]) =>
    Array.from(text.matchAll(/^create or replace function (\w+\.\w+)\(/gm), ([, name = ""]) => name)
  );

for (const feature of FEATURES) {
  Deno.test(`nothing outside of ${feature}/ calls a function of it`, () => {
    const functions = new Set(functionsOf(feature));
    assert.ok(functions.size > 10, "its functions are found");
    const calls = [...files].filter(([path]) => featureOf(path) !== feature && path !== GRANTS)
      .flatMap(([path, text]) =>
        Array.from(
          text.replace(/--.*$/gm, "").matchAll(/\b(?:sync_scheduler|public)\.\w+(?=\()/g),
          ([name]) => name,
        )
          .filter((name) => functions.has(name)).map((name) => `${path} calls ${name}`)
      );
    assert.deepEqual(calls, []);
  });
}

for (const removed of [["alerts"], ["connections"], FEATURES]) {
  Deno.test({
    ...embeddedOnly(`without ${removed.join("/ and ")}/ the rest installs, and exports a voucher`),
    fn: async () => {
      await using copy = await copyCheckout();
      const gone = removed.flatMap(functionsOf);
      for (const feature of removed) {
        await Deno.remove(join(copy.directory, SCHEMAS, "30_functions", feature), { recursive: true });
      }
      const grants = (await copy.read(`${SCHEMAS}/${GRANTS}`)).replace(
        /^grant execute on function (\w+\.\w+)\([^;]*;\n/gm,
        (statement: string, name: string) => gone.includes(name) ? "" : statement,
      );
      await copy.write(`${SCHEMAS}/${GRANTS}`, grants);
      await copy.compose();

      await using platform = await startPlatform({ projectDirectory: copy.directory, seed: false });
      await using receiver = await startWebhookReceiver();
      await using database = connect(platform.dbUrl);
      const { sql } = database;
      const tenant = await createTenant(sql, platform, { receiver });
      const host = apiClient(platform, platform.secretKey);
      const { data, error } = await host.rpc("add_sync_entries", {
        org_id: tenant.orgId,
        integration_type: "webhook",
        entries: [VOUCHER, { ...VOUCHER, entry_key: "voucher-2", period: "October" }],
      });
      assert.equal(error, null);
      assert.partialDeepStrictEqual(data, { added: 1, refused: [{ entry_key: "voucher-2" }] });
      // The first attempt fails, and is retried.
      receiver.misbehave({ kind: "status", status: 503 });
      const ended = await untilStatus(sql, await trigger(tenant), "succeeded", "failed");
      assert.equal(ended.status, "succeeded", ended.error_message ?? "");
      assert.deepEqual([...receiver.ledger.keys()], [VOUCHER.entry_key]);

      await sql`update public.sync_integrations set schedule = '* * * * *', next_run_at = now(), next_tick_at = now()
        where id = ${tenant.integrationId}`;
      await sql`select sync_scheduler.tick()`;
      await sql`select sync_scheduler.purge()`;
      const failed = await sql`select errors from sync_scheduler.ticks where errors is not null`;
      assert.deepEqual([...failed], [], "no step of a tick fails");
      const alerts = await sql`select from public.sync_alerts where kind = 'entries_refused'`;
      assert.equal(alerts.length, removed.includes("alerts") ? 0 : 1);
      const [health] = await sql`select status::text from public.sync_integration_health
        where integration_id = ${tenant.integrationId}`;
      assert.equal(health?.["status"], removed.includes("connections") ? undefined : "healthy");
    },
  });
}
