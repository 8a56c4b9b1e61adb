import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { makeIntegrations } from "../stage.ts";

raceTest("the tick reports other late slots while an organisation is deleted", async ({ sql, session }) => {
  const [first = "", other] = await makeIntegrations(sql, 2);
  await sql`update public.sync_integrations set next_run_at = now() - interval '1 hour', next_tick_at = now() - interval '1 hour'`;
  const [owner, tick] = [await session(), await session()];
  await owner.stopsAfter((sql) => sql`delete from public.sync_integrations where id = ${first}`);
  const watched = await tick.runs((sql) => sql`select sync_scheduler.watch_drift()`);
  assert.equal(watched.isWaiting, false);
  await owner.goesOn();
  await watched.answer;
  const alerts = await sql`select integration_id from public.sync_alerts where kind = 'drift'`;
  assert.deepEqual(alerts.map(({ integration_id }) => integration_id), [other]);
});
