import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { askForCheck, makeTenant } from "../stage.ts";

raceTest("another address does not wait for the check of another integration", async ({ sql, session }) => {
  const [tenant, other] = [await makeTenant(sql), await makeTenant(sql)];
  await askForCheck(sql, other.integrationId);
  const [worker, admin] = [await session(), await session()];
  const checks = [{ integration_id: other.integrationId, token: "token" }];
  await worker.stopsAfter((sql) => sql`select public.sync_worker_claim_probes(${sql.json(checks)})`);
  const config = { url: "https://new.example/in" };
  const moved = await admin.runs((sql) =>
    sql`select public.connect_integration(${tenant.orgId}, 'webhook', ${sql.json(config)})`
  );
  assert.equal(moved.isWaiting, false);
  await worker.goesOn();
  await moved.answer;
});
