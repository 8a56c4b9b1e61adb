import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { cancel, claim, makeTenant, readRun, reserve, startRun } from "../stage.ts";

raceTest("a cancel leaves a worker that begins meanwhile its attempt", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql, { entries: 2 }), "dispatched");
  const [worker, person] = [await session(), await session()];
  await worker.stopsAfter((sql) => claim(sql, runId));
  const cancelled = await person.runs((sql) => cancel(sql, runId));
  await worker.goesOn();
  await cancelled.answer;
  assert.deepEqual(await readRun(sql, runId), { status: "running", attempts: ["open"] });
  assert.equal((await reserve(sql, runId)).cancel_requested, true, "and the worker hears of it");
});

raceTest("a claim that meets a cancel takes nothing", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "dispatched");
  const [person, worker] = [await session(), await session()];
  await person.stopsAfter((sql) => cancel(sql, runId));
  const claimed = await worker.runs((sql) => claim(sql, runId));
  await person.goesOn();
  await assert.rejects(claimed.answer, { message: "attempt_not_current" });
  assert.deepEqual(await readRun(sql, runId), { status: "cancelled", attempts: ["cancelled"] });
});
