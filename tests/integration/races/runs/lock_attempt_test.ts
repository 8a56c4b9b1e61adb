import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { claim, expire, finish, makeTenant, readRun, recover, startRun } from "../stage.ts";

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

raceTest("of two ends of an attempt at once the first one's blame counts", async ({ sql, session }) => {
  const runId = await startRun(sql, await makeTenant(sql), "running");
  const [first, second] = [await session(), await session()];
  await first.stopsAfter((sql) => finish(sql, runId, "failed", "permanent", 0, "configuration"));
  const repeated = await second.runs((sql) => finish(sql, runId, "failed", "rate_limited", 3600, "quota"));
  assert.ok(repeated.isWaiting);
  await first.goesOn();
  await repeated.answer;
  const ends = await sql`
    select a.blames, h.status, h.passive_since is not null as is_passive, r.quota_until
    from sync_scheduler.run_attempts a join public.sync_run_log r using (run_id)
    join public.sync_integration_health h using (integration_id) where a.run_id = ${runId}`;
  assert.deepEqual([...ends], [
    { blames: "configuration", status: "needs_attention", is_passive: false, quota_until: null },
  ]);
});
