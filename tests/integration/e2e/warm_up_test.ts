import assert from "node:assert/strict";
import type { ISql, Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";

// Slots of these tests have microseconds, which a Date does not hold: they are compared as text.
interface Warmup {
  kind: "warmup";
  scheduled_for: string;
  token: string;
}

/** Sets an integration's next slot, so many seconds from now, and warms up for it before any tick can see it. */
async function warmUp(sql: Sql, integrationId: string, seconds: number): Promise<Warmup> {
  return await sql.begin(async (tx) => {
    await setSlot(tx, integrationId, seconds);
    const [sent] = await tx`select sync_scheduler.warm_up() as sent`;
    assert.equal(sent?.sent, true);
    const [queued] = await tx`select convert_from(q.body, 'UTF8')::jsonb as body from net.http_request_queue q
      where convert_from(q.body, 'UTF8')::jsonb ->> 'kind' = 'warmup' order by q.id desc limit 1`;
    return queued?.body;
  }) as Warmup;
}

async function setSlot(sql: ISql, integrationId: string, seconds: number): Promise<void> {
  await sql`update public.sync_integrations set schedule = '0 0 1 1 *' where id = ${integrationId}`;
  await sql`update public.sync_integrations
    set next_run_at = now() + make_interval(secs => ${seconds}), next_tick_at = now() + make_interval(secs => ${seconds})
    where id = ${integrationId}`;
}

/** The first attempt of the run of the slot that was set, once its run has ended. */
async function runSlot(sql: Sql, integrationId: string): Promise<{ boot_id: string; cold_start: boolean }> {
  const run = await until("the slot has its run", async () => {
    await sql`select sync_scheduler.tick()`;
    const [found] = await sql`select run_id from public.sync_run_log
      where integration_id = ${integrationId} and scheduled_for is not null order by scheduled_for desc limit 1`;
    return found;
  });
  await untilStatus(sql, run.run_id, "succeeded");
  const [attempt] = await sql`select boot_id, cold_start from sync_scheduler.run_attempts
    where run_id = ${run.run_id} and attempt = 1`;
  return attempt as { boot_id: string; cold_start: boolean };
}

localTest(
  "a slot's run starts warm after a warm-up and cold without one",
  async ({ edgeFunction, receiver, ...platform }) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform, { receiver, entries: 5 });

    // The function's process has had no request yet.
    const { scheduled_for } = await warmUp(sql, tenant.integrationId, 5);
    const warmup = await until("the function answered", async () => {
      const [row] =
        await sql`select boot_id, boot_ms::double precision, cold_start from sync_scheduler.warmups
        where scheduled_for = ${scheduled_for}::text::timestamptz and answered_at is not null`;
      return row;
    });
    assert.equal(warmup.cold_start, true, "the warm-up pays for the boot");
    assert.ok(warmup.boot_ms > 0);
    assert.deepEqual(await runSlot(sql, tenant.integrationId), {
      boot_id: warmup.boot_id,
      cold_start: false,
    });

    await edgeFunction.restart();
    await sql`update sync_scheduler.settings set warmup_lead = '0 seconds' where true`;
    await sql`delete from public.sync_run_log where integration_id = ${tenant.integrationId}`;
    await setSlot(sql, tenant.integrationId, 0);
    const cold = await runSlot(sql, tenant.integrationId);
    assert.equal(cold.cold_start, true);
    assert.notEqual(cold.boot_id, warmup.boot_id);
  },
);

Deno.test("a warm-up that is forged or repeated is refused and changes nothing", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const warmup = await warmUp(sql, tenant.integrationId, 30);
  const read = () =>
    sql`select * from sync_scheduler.warmups where scheduled_for = ${warmup.scheduled_for}::text::timestamptz`;
  const [answered] = await until("the function answered", async () => {
    const rows = await read();
    return rows[0]?.answered_at instanceof Date && rows;
  });

  for (
    const [what, changes, status] of [
      ["repeated", {}, 409],
      ["a forged token", { token: "0".repeat(64) }, 401],
      ["another slot", { scheduled_for: "2026-01-01T00:00:00Z" }, 401],
      ["no time", { scheduled_for: "infinity" }, 400],
    ] as const
  ) {
    const answer = await fetch(`${platform.functionsUrl}/integration-sync`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...warmup, ...changes }),
    });
    await answer.body?.cancel();
    assert.equal(answer.status, status, what);
  }
  assert.deepEqual([...await read()], [answered]);
  await sql`update public.sync_integrations set schedule = null where id = ${tenant.integrationId}`;
});

Deno.test("ticks at once send one warm-up, and none waits for another's end", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ max: 2 });
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  await setSlot(sql, tenant.integrationId, 40);
  const second = await sql.begin(async (tx) => {
    // Should pg_cron have been first, there is nothing to wait for, and the rest holds all the same.
    await tx`select sync_scheduler.warm_up()`;
    // Uncommitted: the second one meets the row's lock.
    return await sql`select sync_scheduler.warm_up() as sent`;
  });
  const third = await sql`select sync_scheduler.warm_up() as sent`;
  const warmups = await sql`select from sync_scheduler.warmups w join public.sync_integrations i
    on i.next_run_at = w.scheduled_for where i.id = ${tenant.integrationId}`;
  await sql`update public.sync_integrations set schedule = null where id = ${tenant.integrationId}`;
  assert.deepEqual([second[0]?.sent, third[0]?.sent, warmups.length], [false, false, 1]);
});
