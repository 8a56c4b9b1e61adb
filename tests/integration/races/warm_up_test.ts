import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../support/race.ts";
import { makeIntegrations } from "./stage.ts";

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
