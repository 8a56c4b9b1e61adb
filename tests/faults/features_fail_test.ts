/** What fails in a feature's trigger undoes nothing and stays in Postgres's log: docs/operations.md names that line. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { finish, record, reserve, startRun } from "../integration/races/stage.ts";
import { usePlatform } from "../support/platform.ts";
import { createTenant } from "../support/tenant.ts";

Deno.test("a warning names the function and the error when a trigger of alerts or connections fails", async () => {
  const platform = await usePlatform();
  const warnings: string[] = [];
  const sql = postgres(platform.dbUrl, {
    max: 1,
    onnotice: ({ severity, message }) => void (severity === "WARNING" && warnings.push(String(message))),
  });
  try {
    const tenant = await createTenant(sql, platform, { entries: 1 });
    // Never committed: the connection ends with it.
    const tx = await sql.reserve();
    await tx`begin`;
    await tx`select public.configure_alert_webhook(${tenant.orgId},
      '{"url": "https://hooks.example/x", "finished_runs": true, "format": "slack"}')`;
    await tx.unsafe(BREAK);
    const runId = await startRun(tx, tenant, "running");
    await record(tx, runId, await reserve(tx, runId, 1), "rejected", { error: "No." });
    await finish(tx, runId, "failed", "permanent");
    await tx`select public.add_sync_entries(${tenant.orgId}, 'webhook', '[{"entry_key": "bad"}]')`;
  } finally {
    await sql.end({ timeout: 0 });
  }
  assert.deepEqual([...new Set(warnings)].sort(), [
    "sync_scheduler.keep_entry_alerts: the disk is broken (P0001)",
    "sync_scheduler.queue_run_message: the disk is broken (P0001)",
    "sync_scheduler.raise_refused_entries: the disk is broken (P0001)",
    "sync_scheduler.raise_run_alerts: the disk is broken (P0001)",
    "sync_scheduler.record_run_health: the disk is broken (P0001)",
  ]);
});

/** What the triggers call fails, for this transaction. A trigger of the test's own would lock tables that a tick writes. */
const BREAK = `
  do $do$
  declare
    definition text;
  begin
    for definition in
      select regexp_replace(pg_get_functiondef(p.oid), '(\\$\\w*\\$).*\\1', $new$'begin raise exception $$the disk is broken$$; end'$new$)
      from pg_proc p where p.pronamespace = 'sync_scheduler'::regnamespace
        and p.proname in ('raise_alert', 'refresh_decision_alert', 'record_health', 'message_text')
    loop
      execute definition;
    end loop;
  end
  $do$`;
