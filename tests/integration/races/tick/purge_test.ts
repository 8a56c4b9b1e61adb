/**
 * The nightly purge deletes what is old, and leaves to the next call what another session holds.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

/** A table and the statement that puts an old row into it. */
const CASES: Readonly<Record<string, string>> = {
  "sync_scheduler.ticks": "insert into sync_scheduler.ticks (ticked_at) values ($1)",
  "sync_scheduler.warmups": "insert into sync_scheduler.warmups (scheduled_for, token_hash) values ($1, '')",
  "sync_scheduler.alert_messages":
    "insert into sync_scheduler.alert_messages (org_id, body, created_at) select id, '{}', $1 from public.organizations",
  "public.sync_alerts":
    `insert into public.sync_alerts (kind, severity, dedup_key, message, first_seen_at, resolved_at)
    values ('drift', 'info', $1::timestamptz::text, 'Late.', $1, $1)`,
  "public.sync_audit_log": `insert into public.sync_audit_log (org_id, action, created_at)
    select id, 'pause', $1 from public.organizations`,
  "public.sync_vendor_incidents": `insert into public.sync_vendor_incidents
    (integration_type, host, began_at, ended_at, affected, message) values ('webhook', 'vendor.example', $1, $1, 3, 'Away.')`,
  "public.sync_run_log":
    `insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, status,
    skip_reason, scheduled_for, finished_at, deadline_at)
    select org_id, id, 'webhook', 'schedule', 'skipped', 'overlap', $1, $1, $1 from public.sync_integrations`,
};
const TWO_YEARS = ["2020-01-01Z", "2020-01-02Z"];

for (const [table, insert] of Object.entries(CASES)) {
  raceTest(
    `the purge does not wait for a row of ${table} that another session holds`,
    async ({ sql, session }) => {
      const { orgId } = await makeTenant(sql);
      await sql`insert into public.sync_alert_webhooks (org_id, host) values (${orgId}, 'hooks.example')`;
      await sql`delete from sync_scheduler.alert_messages`;
      for (const at of TWO_YEARS) await sql.unsafe(insert, [at]);
      const old = async () =>
        await sql.unsafe(`select from ${table} t where to_jsonb(t)::text like '%2020-01-0%'`);
      assert.equal((await old()).length, 2);
      const [other, purge] = [await session(), await session()];
      const first = (sql: Sql) =>
        sql.unsafe(`select from ${table} t where to_jsonb(t)::text like '%2020-01-01%' for no key update`);
      await other.stopsAfter(first);
      const purged = await purge.runs((sql) => sql`select sync_scheduler.purge()`);
      assert.equal(purged.isWaiting, false);
      await other.goesOn();
      await purged.answer;
      assert.equal((await old()).length, 1, "the other row is deleted");
    },
  );
}
