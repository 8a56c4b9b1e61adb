import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { hold, makeIntegrations } from "../stage.ts";

raceTest("the tick ends the other pauses while an admin holds an integration", async ({ sql, session }) => {
  const [first = "", other] = await makeIntegrations(sql, 2);
  await sql`update public.sync_integrations set paused_at = now() - interval '2 hours', resume_at = now() - interval '1 hour'`;
  const [admin, tick] = [await session(), await session()];
  await admin.stopsAfter((sql) => hold(sql, first));
  const ended = await tick.runs((sql) => sql`select sync_scheduler.end_pauses()`);
  assert.equal(ended.isWaiting, false);
  await admin.goesOn();
  await ended.answer;
  const resumed = await sql`select id from public.sync_integrations where paused_at is null`;
  assert.deepEqual(resumed.map(({ id }) => id), [other]);
});

raceTest("the tick does not end the pause that an admin begins anew meanwhile", async ({ sql, session }) => {
  const [id = ""] = await makeIntegrations(sql, 1);
  await sql`update public.sync_integrations set paused_at = now() - interval '2 hours', resume_at = now() - interval '1 hour'`;
  const [admin, tick] = [await session(), await session()];
  await admin.stopsAfter((sql) =>
    sql`select public.pause_integration_sync(org_id, 'webhook') from public.sync_integrations where id = ${id}`
  );
  const ended = await tick.runs((sql) => sql`select sync_scheduler.end_pauses()`);
  await admin.goesOn();
  await ended.answer;
  const [row] =
    await sql`select paused_at is not null as paused from public.sync_integrations where id = ${id}`;
  assert.deepEqual({ ...row }, { paused: true });
});

raceTest("the tick does not end a pause that has begun anew since it looked", async ({ sql, session }) => {
  const [first = "", second = ""] = await makeIntegrations(sql, 2);
  await sql`update public.sync_integrations set paused_at = now() - interval '3 hours',
    resume_at = now() - case id when ${first} then interval '2 hours' else interval '1 hour' end`;
  const tick = await session();
  await tick.stopsBefore("insert sync_audit_log", (sql) => sql`select sync_scheduler.end_pauses()`);
  await tick.hasStopped();
  await sql`select public.pause_integration_sync(org_id, 'webhook') from public.sync_integrations where id = ${second}`;
  await tick.goesOn();
  const paused = await sql`select id from public.sync_integrations where paused_at is not null`;
  assert.deepEqual(paused.map(({ id }) => id), [second]);
});
