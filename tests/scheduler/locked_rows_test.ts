/**
 * Somebody holds rows for long: a migration, a backup, a forgotten transaction. Whoever is not concerned must not wait.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { pauseJobs } from "../support/ticks.ts";

/** Three organisations, each with a slot that was due ten minutes ago; nothing else ticks. */
async function prepare(sql: Sql): Promise<string[]> {
  await pauseJobs(sql);
  const integrations = await sql<{ id: string }[]>`
    with org as (insert into public.organizations (name) select 'Org ' || n from generate_series(1, 3) n returning id)
    insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '@yearly' from org
    returning id`;
  await sql`update public.sync_integrations set next_run_at = now() - interval '10 minutes', next_tick_at = now()`;
  return integrations.map(({ id }) => id);
}

const HOLDS = {
  "deletes an organisation": (held: Sql, id: string) =>
    held`delete from public.organizations where id = (select org_id from public.sync_integrations where id = ${id})`,
  "holds an organisation": (held: Sql, id: string) =>
    held`select from public.organizations
      where id = (select org_id from public.sync_integrations where id = ${id}) for update`,
  "holds an integration": (held: Sql, id: string) =>
    held`select from public.sync_integrations where id = ${id} for update`,
};

for (const [what, hold] of Object.entries(HOLDS)) {
  localTest(`a tick starts all others while a transaction that ${what} stays open`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    const [first = "", ...others] = await prepare(sql);
    const held = await sql.reserve();
    try {
      await held`begin`;
      await hold(held as unknown as Sql, first);
      // It comes back although nobody lets go: that is the assertion.
      await sql`select sync_scheduler.tick()`;
      const started = await sql<{ integration_id: string }[]>`select integration_id from public.sync_run_log`;
      const ids = new Set(started.map((run) => run.integration_id));
      assert.deepEqual(others.filter((id) => !ids.has(id)), []);
      const [tick] = await sql`select errors from sync_scheduler.ticks order by tick_id desc limit 1`;
      assert.equal(tick?.errors, null);
    } finally {
      await held`rollback`;
      held.release();
    }
    // A slot that could not be started comes back after a minute; here that minute is over.
    await sql`update public.sync_integrations set next_tick_at = now() where id = ${first} and next_run_at <= now()`;
    await sql`select sync_scheduler.tick()`;
    // What the function makes of it is another matter.
    const late = await sql`select skip_reason from public.sync_run_log where integration_id = ${first}`;
    assert.deepEqual([...late], [{ skip_reason: null }], "and that one as soon as it is free");
  });
}
