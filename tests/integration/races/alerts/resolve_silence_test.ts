import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest("the tick does not wait for an alert that a person acknowledges", async ({ sql, session }) => {
  const [one, other] = [await makeTenant(sql), await makeTenant(sql)];
  await sql`select sync_scheduler.raise_alert(i, 'scheduler_dead', 'critical', now(), 'Silent.') from public.sync_integrations i`;
  const [person, tick] = [await session(), await session()];
  await person.stopsAfter((sql) =>
    sql`select public.acknowledge_sync_alert(alert_id) from public.sync_alerts where org_id = ${one.orgId}`
  );
  const resolved = await tick.runs((sql) => sql`select sync_scheduler.resolve_silence()`);
  assert.equal(resolved.isWaiting, false);
  await person.goesOn();
  await resolved.answer;
  const alerts = await sql`select org_id from public.sync_alerts where resolved_at is not null`;
  assert.deepEqual(alerts.map(({ org_id }) => org_id), [other.orgId]);
});
