import assert from "node:assert/strict";
import { raceTest } from "../support/race.ts";
import { claim, expire, makeTenant, readRun, recover, startRun } from "./stage.ts";

raceTest("of two workers that claim an attempt at once only one gets it", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "dispatched");
  const [first, second] = [await session(), await session()];
  await first.stopsAfter((sql) => claim(sql, runId));
  const claimed = await second.runs((sql) => claim(sql, runId));
  await first.goesOn();
  await assert.rejects(claimed.answer, { message: "already_claimed" });
});

raceTest("a worker whose token is replaced while it waits claims nothing", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "dispatched");
  await expire(sql, runId);
  const [tick, late] = [await session(), await session()];
  await tick.stopsAfter((sql) => recover(sql, runId));
  const claimed = await late.runs((sql) => claim(sql, runId));
  await tick.goesOn();
  await assert.rejects(claimed.answer, { message: "invalid_token" });
  assert.equal((await readRun(sql, runId)).status, "pending", "the attempt is left for the new token");
});
