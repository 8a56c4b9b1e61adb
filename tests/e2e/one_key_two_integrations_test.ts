import assert from "node:assert/strict";
import type { ISql } from "postgres";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { createTenant } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

localTest(
  "of two presses that revive runs under one new key, the second is told that it is another's",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    // No tick revives them first.
    await pauseJobs(sql);
    // Nobody answers there: what is posted stays undelivered.
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    const { orgId } = await createTenant(sql, platform);
    await sql`insert into public.sync_integrations (org_id, integration_type) values (${orgId}, 'xledger')`;
    const press = async (sql: ISql, type: string, key: string | null) => {
      await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
      const [run] = await sql<{ run_id: string; idempotency_key: string | null }[]>`
      select * from public.trigger_integration_sync(${orgId}, ${type}, ${key})`;
      return run;
    };
    for (const type of ["webhook", "xledger"]) await sql.begin((sql) => press(sql, type, null));
    await sql`update sync_scheduler.run_attempts set lease_expires_at = now() where run_id in (
    select run_id from public.sync_run_log where org_id = ${orgId})`;

    const first = await sql.reserve();
    await first`begin`;
    assert.equal((await press(first, "webhook", "of-today"))?.idempotency_key, "of-today");
    const second = sql.begin((sql) => press(sql, "xledger", "of-today"));
    const refused = assert.rejects(second, { code: "PT409", message: "idempotency_key_reused" });
    await until("the second press waits for the first", async () => {
      const [waiting] = await sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and query ~ 'trigger_integration_sync' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await first`commit`;
    first.release();
    await refused;
  },
);
