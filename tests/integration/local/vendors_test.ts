/** The external systems that `deno task dev` starts next to the platform. */
import assert from "node:assert/strict";
import { startPlatform } from "../../../local/platform.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { PASSWORD } from "../../support/people.ts";
import { untilStatus } from "../../support/runs.ts";
import { apiClient } from "../../support/tenant.ts";

const ORG = "0a000000-0000-4000-8000-000000000001";

Deno.test({
  ...embeddedOnly("a developer's platform exports to Xledger and Business Central, whose books it shows"),
  async fn() {
    await using platform = await startPlatform({ vendors: true });
    await using database = connect(platform.dbUrl);
    const client = apiClient(platform);
    await client.auth.signInWithPassword({ email: "coordinator@example.test", password: PASSWORD });
    const runs = await Promise.all(["xledger", "dynamics"].map(async (integration_type) => {
      const { data, error } = await client.rpc("trigger_integration_sync", { org_id: ORG, integration_type });
      if (error) throw error;
      return data.run_id;
    }));
    for (const runId of runs) {
      const { status, error_message } = await untilStatus(database.sql, runId, "succeeded", "failed");
      assert.equal(status, "succeeded", error_message ?? "");
    }
    for (const { name, integrationType, ledger } of platform.vendors) {
      if (integrationType === "webhook") continue;
      const entries = await database.sql<{ document_number: string }[]>`
        select e.document_number from public.sync_export_entries e
        join public.sync_integrations i on i.id = e.integration_id
        where i.org_id = ${ORG} and i.integration_type = ${integrationType} and e.state = 'exported'`;
      assert.ok(entries.length > 0);
      const booked = ledger().filter(({ state, times, lines }) =>
        state === "booked" && times === 1 && lines.length > 1
      );
      assert.deepEqual(
        booked.map(({ documentNumber }) => documentNumber).sort(),
        entries.map((entry) => entry.document_number).sort(),
        name,
      );
    }

    await database[Symbol.asyncDispose]();
    await platform.recreateDatabase();
    assert.deepEqual(platform.vendors.map(({ ledger }) => ledger().length), [0, 0, 0]);
  },
});

Deno.test({
  ...embeddedOnly("a developer's platform starts without a false alarm, also after a reset of its database"),
  async fn() {
    await using platform = await startPlatform({ vendors: true, history: true });
    const alarms = async () => {
      await using admin = connect(platform.adminUrl, 1);
      return await admin.sql<{ alarm: string }[]>`
        select message as alarm from public.sync_alerts where resolved_at is null and kind <> 'entries_need_decision'
          or kind = 'needs_attention'
        union all
        select coalesce(last_error_message, status::text) from public.sync_integration_health
        where last_error_code is not null or last_error_message is not null
          or status not in ('healthy', 'unknown')`;
    };
    assert.deepEqual([...await alarms()], []);
    await platform.recreateDatabase();
    assert.deepEqual([...await alarms()], []);
  },
});
