import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { expire, finish, makeTenant, readRun, recover, startRun } from "../stage.ts";

raceTest("the end of an attempt that comes twice at once leads to one retry", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "running");
  const [one, other] = [await session(), await session()];
  await one.stopsAfter((sql) => finish(sql, runId, "failed", "transient"));
  const repeated = await other.runs((sql) => finish(sql, runId, "failed", "transient"));
  await one.goesOn();
  await repeated.answer;
  assert.deepEqual(await readRun(sql, runId), { status: "pending", attempts: ["failed", "open"] });
});

raceTest("a worker that ends while the tick gives it up ends nothing", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "running");
  await expire(sql, runId);
  const [tick, worker] = [await session(), await session()];
  await tick.stopsAfter((sql) => recover(sql, runId));
  const finished = await worker.runs((sql) => finish(sql, runId, "succeeded"));
  await tick.goesOn();
  await assert.rejects(finished.answer, { message: "attempt_not_current" });
  assert.deepEqual(await readRun(sql, runId), { status: "pending", attempts: ["lost", "open"] });
});

raceTest("a recovery leaves the run that its worker ends meanwhile", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "running");
  await expire(sql, runId);
  const [worker, tick] = [await session(), await session()];
  await worker.stopsAfter((sql) => finish(sql, runId, "succeeded"));
  const recovered = await tick.runs((sql) => recover(sql, runId));
  await worker.goesOn();
  await recovered.answer;
  assert.deepEqual(await readRun(sql, runId), { status: "succeeded", attempts: ["succeeded"] });
});
