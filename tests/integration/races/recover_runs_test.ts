import assert from "node:assert/strict";
import { raceTest } from "../../support/race.ts";
import { expire, makeTenant, readRun, reserve, startRun } from "./stage.ts";

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
