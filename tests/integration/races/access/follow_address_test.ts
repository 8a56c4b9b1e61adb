/**
 * Another address and a worker, or an admin who stores credentials, at the same instant. Who changes the address writes it and
 * then locks the run. Who reserves holds the run and then reads the address. Without either, a test here fails.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { askForCheck, claim, makeTenant, reserve, startRun } from "../stage.ts";

const NEW = "https://new.example/in";
const move = (sql: Sql, { orgId }: Tenant): PendingQuery<Row[]> =>
  sql`select public.connect_integration(${orgId}, 'webhook', ${sql.json({ url: NEW })})`;

raceTest("another address that meets a reservation is refused", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 4 });
  const runId = await startRun(sql, tenant, "running");
  const [worker, admin] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, runId));
  const moved = await admin.runs((sql) => move(sql, tenant));
  await worker.goesOn();
  await assert.rejects(moved.answer, { message: "batch_is_open" });
});

raceTest("a reservation that meets another address reserves nothing", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 4 });
  const runId = await startRun(sql, tenant, "running");
  const [admin, worker] = [await session(), await session()];
  await admin.stopsAfter((sql) => move(sql, tenant));
  const reserved = await worker.runs((sql) => reserve(sql, runId));
  await admin.goesOn();
  const { batch_id, paused } = await reserved.answer;
  assert.deepEqual([batch_id, paused], [null, true]);
});

raceTest("a check that is claimed meanwhile says nothing about another address", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const { integrationId } = tenant;
  await askForCheck(sql, integrationId);
  const [worker, admin] = [await session(), await session()];
  const checks = [{ integration_id: integrationId, token: "token" }];
  const [row] = await worker.stopsAfter((sql) =>
    sql`select public.sync_worker_claim_probes(${sql.json(checks)}) -> 0 -> 'config' ->> 'url' as url`
  );
  assert.notEqual(row?.["url"], NEW);
  const moved = await admin.runs((sql) => move(sql, tenant));
  await worker.goesOn();
  await moved.answer;
  const [end] =
    await sql`select public.sync_worker_finish_probe(${integrationId}, 'token', 'answered') as answer`;
  assert.deepEqual(end?.["answer"], { recorded: false });
});

raceTest(
  "credentials are bound to the address that is there when they are stored",
  async ({ sql, session }) => {
    const tenant = await makeTenant(sql);
    const [admin, other] = [await session(), await session()];
    await admin.stopsAfter((sql) => move(sql, tenant));
    const stored = await other.runs((sql) =>
      sql`select public.set_integration_credentials(${tenant.orgId}, 'webhook', '{"token": "x"}')`
    );
    await admin.goesOn();
    await stored.answer;
    const [row] = await sql`select address from sync_scheduler.integration_credentials
    where integration_id = ${tenant.integrationId}`;
    assert.deepEqual(row?.["address"], { url: NEW });
  },
);

raceTest(
  "nothing is on its way to the old address when a worker begins meanwhile",
  async ({ sql, session }) => {
    const tenant = await makeTenant(sql, { entries: 4 });
    const runId = await startRun(sql, tenant, "dispatched");
    const [worker, admin] = [await session(), await session()];
    await worker.stopsAfter((sql) => claim(sql, runId));
    await admin.stopsBefore("insert sync_audit_log", (sql) => move(sql, tenant));
    await worker.goesOn();
    // Otherwise the worker's next call may lock the run before the admin, who waited for it, wakes up.
    await admin.hasStopped();
    const reserved = await worker.runs((sql) => reserve(sql, runId));
    await admin.goesOn();
    const { batch_id, paused } = await reserved.answer;
    assert.deepEqual([batch_id, paused], [null, true]);
  },
);
