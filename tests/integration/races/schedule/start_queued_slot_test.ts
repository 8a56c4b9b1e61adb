import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeIntegrations, startQueuedSlots } from "../stage.ts";

async function prepare(sql: Sql): Promise<string> {
  const [id = ""] = await makeIntegrations(sql, 1);
  await sql`insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by, requested_by)
    values (${id}, now() - interval '1 hour', 'backfill', null)`;
  return id;
}

raceTest("a backfill that an admin calls off meanwhile does not start", async ({ sql, session }) => {
  const id = await prepare(sql);
  const [admin, tick] = [await session(), await session()];
  await admin.stopsAfter((sql) =>
    sql`select public.cancel_integration_backfill(org_id, 'webhook') from public.sync_integrations where id = ${id}`
  );
  const started = await tick.runs(startQueuedSlots);
  assert.equal(started.isWaiting, false);
  await admin.goesOn();
  await started.answer;
  assert.deepEqual([...await sql`select from public.sync_run_log`], []);
});

raceTest("a backfill that the tick starts meanwhile is not called off", async ({ sql, session }) => {
  const id = await prepare(sql);
  const [tick, admin] = [await session(), await session()];
  await tick.stopsAfter(startQueuedSlots);
  const cancelled = await admin.runs((sql) =>
    sql`select public.cancel_integration_backfill(org_id, 'webhook') as n from public.sync_integrations where id = ${id}`
  );
  await tick.goesOn();
  assert.equal((await cancelled.answer)[0]?.["n"], 0);
});
