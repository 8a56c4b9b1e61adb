import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { createTenant } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

localTest(
  "an admin who configures a webhook while a worker reports waits for it, and neither dies of the other",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/', probe_cooldown = '0 seconds'`;
    const { orgId } = await createTenant(sql, platform);
    const configure = (settings: object) =>
      sql.begin(async (sql) => {
        await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
        return await sql`select public.configure_alert_webhook(${orgId}, ${sql.json(settings as never)})`;
      });
    await configure({ url: "https://hooks.example/", secret: `whsec_${randomBytes(24).toString("base64")}` });
    await sql`update sync_scheduler.alert_messages set is_new = false`;
    await sql`update sync_scheduler.alert_senders
    set token_hash = sha256('token'), requested_at = now(), claimed_at = now(), ended_at = null, next_attempt_at = null
    where org_id = ${orgId}`;

    const worker = await sql.reserve();
    await worker`begin`;
    // The first lock of a report, which then goes on to the webhook.
    await worker`select from sync_scheduler.alert_senders where org_id = ${orgId} for no key update`;
    const configured = configure({ url: "https://other.example/" });
    await until("the admin waits for the worker", async () => {
      const [waiting] = await sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and query ~ 'configure_alert_webhook' and pid <> pg_backend_pid()`;
      return waiting;
    });
    const results = sql.json([{ message_id: crypto.randomUUID(), outcome: "failed" }]);
    const [reported] = await worker<{ answer: unknown }[]>`
    select public.sync_worker_finish_alerts(${orgId}, 'token', ${results}) as answer`;
    await worker`commit`;
    worker.release();
    await configured;

    assert.deepEqual(reported?.answer, { recorded: true });
    const [webhook] =
      await sql`select host, failing_since from public.sync_alert_webhooks where org_id = ${orgId}`;
    assert.deepEqual({ ...webhook }, { host: "other.example", failing_since: null });
  },
);
