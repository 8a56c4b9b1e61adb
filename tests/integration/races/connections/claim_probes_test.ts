import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { askForCheck, makeIntegrations } from "../stage.ts";

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

for (const order of ["in order", "against it"]) {
  raceTest(`a claim of two checks meets their replacement, asked for ${order}`, async ({ sql, session }) => {
    const ids = (await makeIntegrations(sql, 2)).sort();
    for (const id of ids) await askForCheck(sql, id);
    const [worker, tick] = [await session(), await session()];
    const probes = ids.map((id) => ({ integration_id: id, token: "token" }));
    await worker.stopsBefore(
      "update connection_checks",
      (sql) => sql`select public.sync_worker_claim_probes(${sql.json(probes)})`,
    );
    const posted = await tick.runs((sql) =>
      sql`select sync_scheduler.post_checks(${order === "in order" ? ids : ids.toReversed()}::uuid[])`
    );
    assert.ok(posted.isWaiting, "the replacement waits for the claim");
    await worker.goesOn();
    await posted.answer;
  });
}
