import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { expire, makeDue, makeIntegrations, makeTenant, reserve, startDueRuns, startRun } from "../stage.ts";

raceTest("the tick does not wait for a run that its worker holds", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 2 });
  const runId = await startRun(sql, tenant, "running");
  await expire(sql, runId);
  const ids = await makeIntegrations(sql, 1);
  await sql`update public.sync_integrations set schedule = '@yearly' where id = ${tenant.integrationId}`;
  await makeDue(sql, [tenant.integrationId, ...ids]);
  const [worker, tick] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, runId));
  const started = await tick.runs(startDueRuns);
  assert.equal(started.isWaiting, false);
  await worker.goesOn();
  await started.answer;
  const slots =
    await sql`select status::text from public.sync_run_log where scheduled_for is not null order by status`;
  assert.deepEqual(
    slots.map(({ status }) => status),
    ["pending", "skipped"],
    "and both slots are dealt with",
  );
});
