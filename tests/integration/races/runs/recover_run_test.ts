import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant, press, readRun, recover, startRun } from "../stage.ts";

raceTest("a press that meets the tick's recovery leaves one open attempt", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const runId = await startRun(sql, tenant, "waiting");
  const [tick, person] = [await session(), await session()];
  await tick.stopsAfter((sql) => recover(sql, runId));
  const pressed = await person.runs((sql) => press(sql, tenant));
  await tick.goesOn();
  await assert.rejects(pressed.answer, { message: "sync_already_in_progress" });
  assert.deepEqual(await readRun(sql, runId), { status: "pending", attempts: ["failed", "open"] });
});
