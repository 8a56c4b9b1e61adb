import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { cancel, expire, makeTenant, readRun, record, recover, reserve, startRun } from "../stage.ts";

raceTest("results that come twice at once are counted once", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql, { entries: 2 }), "running");
  const batch = await reserve(sql, runId);
  const [one, other] = [await session(), await session()];
  await one.stopsAfter((sql) => record(sql, runId, batch, "exported"));
  const repeated = await other.runs((sql) => record(sql, runId, batch, "exported"));
  await one.goesOn();
  await repeated.answer;
  const [run] =
    await sql`select entries_done, entries_total from public.sync_run_log where run_id = ${runId}`;
  assert.deepEqual({ ...run }, { entries_done: 2, entries_total: 2 });
});

raceTest("results that come while the tick gives the worker up settle nothing", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql, { entries: 2 }), "running");
  const batch = await reserve(sql, runId);
  await expire(sql, runId);
  const [tick, worker] = [await session(), await session()];
  await tick.stopsAfter((sql) => recover(sql, runId));
  const recorded = await worker.runs((sql) => record(sql, runId, batch, "exported"));
  await tick.goesOn();
  await assert.rejects(recorded.answer, { message: "attempt_not_current" });
  const states = await sql`select distinct state::text from public.sync_export_entries`;
  assert.deepEqual([...states], [{ state: "unknown" }], "the next attempt looks them up");
});

raceTest("a cancel waits for results, and the entries count as exported", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql, { entries: 2 }), "running");
  const batch = await reserve(sql, runId);
  await expire(sql, runId);
  const [worker, person] = [await session(), await session()];
  await worker.stopsAfter((sql) => record(sql, runId, batch, "exported"));
  const cancelled = await person.runs((sql) => cancel(sql, runId));
  await worker.goesOn();
  await cancelled.answer;
  const states = await sql`select distinct state::text from public.sync_export_entries`;
  assert.deepEqual([...states], [{ state: "exported" }]);
  assert.deepEqual(
    await readRun(sql, runId),
    { status: "running", attempts: ["open"] },
    "its lease is young again",
  );
});
