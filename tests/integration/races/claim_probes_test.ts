import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../support/race.ts";
import { askForCheck, makeIntegrations } from "./stage.ts";

raceTest("of two deliveries of one connection check only one is done", async ({ sql, session }) => {
  const [id = ""] = await makeIntegrations(sql, 1);
  await askForCheck(sql, id);
  const claim = (sql: Sql) =>
    sql`select public.sync_worker_claim_probes(${sql.json([{ integration_id: id, token: "token" }])})`;
  const [one, other] = [await session(), await session()];
  await one.stopsAfter(claim);
  const claimed = await other.runs(claim);
  await one.goesOn();
  await assert.rejects(claimed.answer, { message: "already_claimed" });
});
