import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeIntegrations } from "../stage.ts";

raceTest("of two ticks only one warms the function for a slot", async ({ sql, session }) => {
  await makeIntegrations(sql, 1);
  await sql`update public.sync_integrations set next_run_at = now() + interval '30 seconds', next_tick_at = now() + interval '30 seconds'`;
  const warm_up = (sql: Sql) => sql<{ sent: boolean }[]>`select sync_scheduler.warm_up() as sent`;
  const [one, other] = [await session(), await session()];
  const [first] = await one.stopsAfter(warm_up);
  const warmed = await other.runs(warm_up);
  await one.goesOn();
  assert.deepEqual([first?.sent, (await warmed.answer)[0]?.sent], [true, false]);
});

raceTest("of two answers to one warm-up only the first is recorded", async ({ sql, session }) => {
  await sql`insert into sync_scheduler.warmups (scheduled_for, token_hash) values ('2030-01-01', sha256('token'))`;
  const answer = (isCold: boolean) => (sql: Sql) =>
    sql`select public.sync_worker_warm('2030-01-01', 'token', ${crypto.randomUUID()}, 25, ${isCold})`;
  const [one, other] = [await session(), await session()];
  await one.stopsAfter(answer(true));
  const repeated = await other.runs(answer(false));
  await one.goesOn();
  await assert.rejects(repeated.answer, { message: "already_claimed" });
  const [warmup] = await sql`select cold_start from sync_scheduler.warmups`;
  assert.equal(warmup?.["cold_start"], true, "the boot counts as cold");
});
