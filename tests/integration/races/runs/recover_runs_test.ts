import assert from "node:assert/strict";
import { until } from "../../../../local/wait.ts";
import { raceTest } from "../../../support/databases/race.ts";
import { expire, makeTenant, readRun, reserve, startRun } from "../stage.ts";

raceTest("the tick recovers the others while a worker holds its run", async ({ sql, session }) => {
  const held = await startRun(sql, await makeTenant(sql, { entries: 2 }), "running");
  const other = await startRun(sql, await makeTenant(sql), "running");
  for (const runId of [held, other]) await expire(sql, runId);
  const [worker, tick] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, held));
  const recovered = await tick.runs((sql) => sql`select sync_scheduler.recover_runs() as n`);
  assert.equal(recovered.isWaiting, false);
  await worker.goesOn();
  assert.equal((await recovered.answer)[0]?.["n"], 1);
  assert.deepEqual(await readRun(sql, held), { status: "running", attempts: ["open"] });
  assert.deepEqual((await readRun(sql, other)).attempts[0], "lost");
});

raceTest("the tick gives a run up that it cannot recover in time", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const stuck = await startRun(sql, tenant, "running");
  const other = await startRun(sql, await makeTenant(sql), "running");
  // The one that is stuck comes first.
  for (const runId of [stuck, other]) await expire(sql, runId);
  const [owner, tick] = [await session(), await session()];
  // The alert of the lost worker waits for it.
  await owner.stopsAfter((sql) =>
    sql`select from public.sync_integrations where id = ${tenant.integrationId} for update`
  );
  const recover = async (): Promise<number> => {
    const { answer } = await tick.runs((sql) => sql`select sync_scheduler.recover_runs() as n`);
    let hasEnded = false;
    answer.finally(() => hasEnded = true).catch(() => {});
    await until("the tick to give it up", () => hasEnded);
    return (await answer)[0]?.["n"];
  };
  try {
    // On a slow machine the first tick may be out of time.
    assert.equal(await recover() || await recover(), 1);
  } finally {
    await owner.goesOn();
  }
  assert.deepEqual(await readRun(sql, stuck), { status: "running", attempts: ["open"] });
  assert.deepEqual((await readRun(sql, other)).attempts[0], "lost");
});
