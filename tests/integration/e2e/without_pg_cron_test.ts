import assert from "node:assert/strict";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { assertExportedOnce, untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";
import { pauseJobs } from "../../support/ticks.ts";

localTest("a coordinator's press works with pg_cron switched off, and says that it is", async (platform) => {
  await using admin = connect(platform.adminUrl);
  await pauseJobs(admin.sql);
  await admin.sql`delete from sync_scheduler.ticks`;
  await admin.sql`update sync_scheduler.settings set installed_at = now() - interval '1 hour'`;
  const { receiver } = platform;
  const tenant = await createTenant(admin.sql, platform, {
    receiver,
    entries: 30,
    config: { batch_size: 10 },
  });
  // A refusal in between: the retry must not need the scheduler either, as its backoff is zero here.
  receiver.misbehave({ kind: "status", status: 425 });

  const coordinator = await tenant.signIn("coordinator");
  const { data: run, error } = await coordinator.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "webhook",
  });
  assert.equal(error, null);
  assert.equal(run?.notice, "scheduler_not_ticking");
  const ended = await untilStatus(admin.sql, run.run_id, "succeeded", "failed");
  assert.equal(ended.status, "succeeded", ended.error_message ?? "");
  await assertExportedOnce(admin.sql, tenant.integrationId, receiver, 30);

  const { data: status } = await coordinator.rpc("sync_scheduler_status").single();
  assert.deepEqual([status?.ticking, status?.jobs_active], [false, false]);
  const { data: alerts } = await coordinator.from("sync_alerts").select("kind, severity, resolved_at")
    .eq("kind", "scheduler_dead");
  assert.deepEqual(alerts, [{ kind: "scheduler_dead", severity: "critical", resolved_at: null }]);
});
