/** A database that takes no writes: what the worker, the button and, later, an alert say of it. */
import assert from "node:assert/strict";
import { SyncSchedulerError, SyncSchedulerRepository } from "../../src/client/mod.ts";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { assertExportedOnce, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

localTest(
  "Safe: a database that becomes read-only says so to worker and button, then to people, and nothing is booked twice",
  async ({ receiver, ...platform }) => {
    await using database = connect(platform.dbUrl);
    await using admin = connect(platform.adminUrl, 1);
    const { sql } = database;
    await pauseJobs(admin.sql);
    const tenant = await createTenant(sql, platform, { receiver, entries: 5 });
    const coordinator = await tenant.signIn("coordinator");
    const setReadOnly = async (value: "on" | "off") => {
      // For every session, as a platform whose disk is nearly full does it.
      await admin.sql.unsafe(`alter system set default_transaction_read_only = ${value}`);
      await admin.sql`select pg_reload_conf()`;
      await until(`read-only is ${value}`, async () => {
        const [row] = await sql<{ value: string }[]>`
          select current_setting('default_transaction_read_only') as value`;
        return row?.value === value;
      });
    };

    // The request waits in pg_net's queue until the database takes no writes; the test posts it instead.
    const [worker] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name like 'pg_net%'`;
    assert.ok(worker);
    Deno.kill(worker.pid, "SIGSTOP");
    try {
      const runId = await trigger(tenant);
      const [queued] = await sql<{ url: string; body: string }[]>`
        select url, convert_from(body, 'UTF8') as body from net.http_request_queue
        where convert_from(body, 'UTF8') like ${`%${runId}%`}`;
      assert.ok(queued);
      await setReadOnly("on");

      const answer = await fetch(queued.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: queued.body,
      });
      const { error } = await answer.json();
      assert.deepEqual([answer.status, error.code], [503, "database_read_only"]);
      assert.match(error.message, /read-only/);

      const syncs = new SyncSchedulerRepository(coordinator);
      const refused = await syncs.triggerManualSync(tenant.orgId, "webhook").catch((error: unknown) => error);
      assert.ok(refused instanceof SyncSchedulerError);
      assert.equal(refused.code, "database_read_only");
      assert.match(refused.message, /takes no changes at the moment/);

      await setReadOnly("off");
      Deno.kill(worker.pid, "SIGCONT");
      assert.equal((await untilStatus(sql, runId, "succeeded", "failed")).status, "succeeded");
      await assertExportedOnce(sql, tenant.integrationId, receiver, 5);
      const { data: alerts } = await coordinator.from("sync_alerts").select(
        "kind, severity, message, details",
      )
        .eq("kind", "database_not_writable");
      assert.equal(alerts?.length, 1);
      assert.equal(alerts[0]?.severity, "critical");
      assert.equal(Object(alerts[0]?.details).code, "database_read_only");
    } finally {
      Deno.kill(worker.pid, "SIGCONT");
    }
  },
);
