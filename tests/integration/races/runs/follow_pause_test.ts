/**
 * A pause and a worker, or the tick, at the same instant. Who stops the integration writes it and then locks the run. Who
 * reserves, claims or dispatches holds the run and then reads the integration. Without either, a test here fails.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { claim, expire, finish, makeTenant, press, readRun, recover, reserve, startRun } from "../stage.ts";

const pause = (sql: Sql, { orgId }: Tenant) => sql`select public.pause_integration_sync(${orgId}, 'webhook')`;
const disable = (sql: Sql, { integrationId }: Tenant) =>
  sql`update public.sync_integrations set enabled = false where id = ${integrationId}`;
const enable = (sql: Sql, { integrationId }: Tenant) =>
  sql`update public.sync_integrations set enabled = true where id = ${integrationId}`;

async function posted(sql: Sql, runId: string): Promise<object> {
  const [row] = await sql`select sum(dispatch_count)::int as dispatches, count(*)::int as attempts
    from sync_scheduler.run_attempts where run_id = ${runId}`;
  return { ...row };
}
async function countEntries(sql: Sql, { integrationId }: Tenant, state: string): Promise<number> {
  const rows = await sql`select from public.sync_export_entries
    where integration_id = ${integrationId} and state::text = ${state}`;
  return rows.length;
}
async function readNotice(sql: Sql, runId: string): Promise<object> {
  const [run] = await sql`select notice, next_attempt_at is not null as due
    from public.sync_run_log where run_id = ${runId}`;
  return { ...run };
}

for (const [name, stop] of [["a pause", pause], ["a direct update", disable]] as const) {
  raceTest(`${name} waits for the reservation that has not seen it`, async ({ sql, session }) => {
    const tenant = await makeTenant(sql, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");
    const [worker, admin] = [await session(), await session()];
    const batch = await worker.stopsAfter((sql) => reserve(sql, runId));
    assert.notEqual(batch.batch_id, null, "nothing is paused yet");
    const stopped = await admin.runs((sql) => stop(sql, tenant));
    assert.equal(stopped.isWaiting, true, "answered while a reservation was under way");
    await worker.goesOn();
    await stopped.answer;
    assert.equal(await countEntries(sql, tenant, "sending"), 2);
    const after = await reserve(sql, runId);
    assert.deepEqual([after.batch_id, after.paused], [null, true], "and nothing is reserved after it");
  });

  raceTest(`a reservation that meets ${name} reserves nothing`, async ({ sql, session }) => {
    const tenant = await makeTenant(sql, { entries: 6 });
    const runId = await startRun(sql, tenant, "running");
    const [admin, worker] = [await session(), await session()];
    await admin.stopsAfter((sql) => stop(sql, tenant));
    const reserved = await worker.runs((sql) => reserve(sql, runId));
    await admin.goesOn();
    const { batch_id, paused } = await reserved.answer;
    assert.deepEqual([batch_id, paused], [null, true]);
    assert.equal(await countEntries(sql, tenant, "pending"), 6);
  });
}

// Of the other paths one way to stop is enough: they read the same row.
raceTest("a claim that meets a pause takes nothing", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const runId = await startRun(sql, tenant, "dispatched");
  const [admin, worker] = [await session(), await session()];
  await admin.stopsAfter((sql) => pause(sql, tenant));
  const claimed = await worker.runs((sql) => claim(sql, runId));
  await admin.goesOn();
  await assert.rejects(claimed.answer, { message: "attempt_not_current" });
});

raceTest("a recovery that meets a pause posts nothing", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const runId = await startRun(sql, tenant, "waiting");
  const before = await posted(sql, runId);
  const [admin, tick] = [await session(), await session()];
  await admin.stopsAfter((sql) => pause(sql, tenant));
  const recovered = await tick.runs((sql) => recover(sql, runId));
  await admin.goesOn();
  await recovered.answer;
  assert.deepEqual(await posted(sql, runId), before);
  assert.deepEqual(await readNotice(sql, runId), { notice: "integration_paused", due: false });
});

raceTest("a press that meets a pause is refused", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const [admin, person] = [await session(), await session()];
  await admin.stopsAfter((sql) => pause(sql, tenant));
  const pressed = await person.runs((sql) => press(sql, tenant));
  await admin.goesOn();
  await assert.rejects(pressed.answer, { message: "integration_paused" });
});

raceTest("a run that a press starts meanwhile is paused", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const [person, admin] = [await session(), await session()];
  const runId = await person.stopsAfter((sql) => press(sql, tenant));
  const paused = await admin.runs((sql) => pause(sql, tenant));
  await person.goesOn();
  await paused.answer;
  assert.deepEqual(await readNotice(sql, runId), { notice: "integration_paused", due: false });
});

raceTest("a resume waits for the worker that ends its attempt as paused", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const runId = await startRun(sql, tenant, "running");
  await disable(sql, tenant);
  const [worker, admin] = [await session(), await session()];
  await worker.stopsAfter((sql) => finish(sql, runId, "paused"));
  const resumed = await admin.runs((sql) => enable(sql, tenant));
  await worker.goesOn();
  await resumed.answer;
  assert.deepEqual(await readNotice(sql, runId), { notice: null, due: true }, "its run goes on");
});

raceTest("a reservation with a snapshot older than the pause fails", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 6 });
  const runId = await startRun(sql, tenant, "running");
  const worker = await session();
  await worker.stopsAfter(async (sql) => {
    await sql`set transaction isolation level repeatable read`;
    await sql`select from public.sync_integrations`;
  });
  await disable(sql, tenant);
  await assert.rejects(worker.goesOn((sql) => reserve(sql, runId)), { code: "40001" });
  assert.equal(await countEntries(sql, tenant, "pending"), 6);
});

raceTest("a worker's end with a snapshot older than the resume fails", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  const runId = await startRun(sql, tenant, "running");
  await disable(sql, tenant);
  const worker = await session();
  await worker.stopsAfter(async (sql) => {
    await sql`set transaction isolation level repeatable read`;
    await sql`select from public.sync_integrations`;
  });
  await enable(sql, tenant);
  await assert.rejects(worker.goesOn((sql) => finish(sql, runId, "paused")), { code: "40001" });
  await finish(sql, runId, "paused");
  assert.deepEqual(
    await readNotice(sql, runId),
    { notice: null, due: false },
    "no run waits for a pause that is over",
  );
});

raceTest(
  "claim, dispatch and reserve read the integration when no trigger has followed the pause",
  async ({ sql }) => {
    await sql`alter table public.sync_integrations disable trigger follow_pause`;
    for (const path of ["claim", "dispatch", "reserve"] as const) {
      const tenant = await makeTenant(sql, { entries: 6 });
      const runId = await startRun(sql, tenant, path === "reserve" ? "running" : "dispatched");
      await disable(sql, tenant);
      const before = await posted(sql, runId);
      if (path === "claim") {
        await assert.rejects(claim(sql, runId), { message: "attempt_not_current" });
      } else if (path === "reserve") {
        assert.equal((await reserve(sql, runId)).paused, true);
      } else {
        await expire(sql, runId);
        await recover(sql, runId);
        assert.deepEqual(await readNotice(sql, runId), { notice: "integration_paused", due: false });
      }
      assert.deepEqual(await posted(sql, runId), before, path);
    }
  },
);

raceTest("a pause leaves a worker that begins meanwhile its attempt", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 2 });
  const runId = await startRun(sql, tenant, "dispatched");
  const [worker, admin] = [await session(), await session()];
  await worker.stopsAfter((sql) => claim(sql, runId));
  const paused = await admin.runs((sql) => pause(sql, tenant));
  await worker.goesOn();
  await paused.answer;
  assert.deepEqual(await readRun(sql, runId), { status: "running", attempts: ["open"] });
  assert.equal((await reserve(sql, runId)).paused, true, "and the worker hears of the pause");
});
