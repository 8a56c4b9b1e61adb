import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, readRun, untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

for (const policy of ["skip", "buffer_one"] as const) {
  Deno.test(`a slot that comes while a manual run writes sends nothing at the same time (${policy})`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    const tenant = await createTenant(sql, platform, { receiver, entries: 20, config: { batch_size: 10 } });
    const { integrationId } = tenant;
    await sql`update public.sync_integrations set schedule = '0 2 * * *', overlap_policy = ${policy},
      catchup_window = '7 days', manual_cooldown = '0' where id = ${integrationId}`;
    receiver.misbehave({ kind: "hold" });
    const manual = await trigger(tenant);
    await until("the manual run is writing", () => receiver.requests.length === 1);

    // Two o'clock comes; the tick is pg_cron's or this one.
    await sql`update public.sync_integrations set next_run_at = now() - interval '1 second',
      next_tick_at = now() - interval '1 second' where id = ${integrationId}`;
    await sql`select sync_scheduler.tick()`;
    const slots = () =>
      sql<{ run_id: string; status: string; skip_reason: string | null }[]>`
        select run_id, status::text, skip_reason::text from public.sync_run_log
        where integration_id = ${integrationId} and scheduled_for is not null`;
    await until("the slot was dealt with", async () => {
      const [waiting] =
        await sql`select from sync_scheduler.queued_slots where integration_id = ${integrationId}`;
      return waiting !== undefined || (await slots()).length > 0;
    });
    const [slot] = await slots();
    assert.deepEqual(
      [slot?.status, slot?.skip_reason],
      policy === "skip" ? ["skipped", "overlap"] : [undefined, undefined],
    );
    // Neither does a second press write.
    const coordinator = await tenant.signIn("coordinator");
    const { error } = await coordinator.rpc("trigger_integration_sync", {
      org_id: tenant.orgId,
      integration_type: "webhook",
    });
    assert.equal(error?.message, "sync_already_in_progress");
    assert.equal(receiver.requests.length, 1);

    receiver.release();
    const first = await untilStatus(sql, manual, "succeeded", "failed");
    assert.equal(first.status, "succeeded", first.error_message ?? "");
    await assertExportedOnce(sql, integrationId, receiver, 20);
    if (policy === "skip") return;
    const runId = await until("the slot that waited has its run", async () => {
      await sql`select sync_scheduler.tick()`;
      return (await slots())[0]?.run_id;
    });
    await untilStatus(sql, runId, "succeeded");
    const second = await readRun(sql, runId);
    assert.ok(new Date(second.started_at ?? 0) >= new Date(first.finished_at ?? Infinity));
  });
}
