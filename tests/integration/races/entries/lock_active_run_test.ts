/**
 * A worker and a person, or a host, who reach for the same entries. Each of those locks the active run first.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { makeTenant, record, reserve, startRun } from "../stage.ts";

const CORRECTION = { amount: "2.00", text: "Corrected" };

async function deliver(sql: Sql, { orgId }: Tenant): Promise<Record<string, number>> {
  const entry = { entry_key: "entry-1", period: "2026-10", document_number: "B-1", payload: CORRECTION };
  const [row] = await sql<{ counts: Record<string, number> }[]>`
    select public.add_sync_entries(${orgId}, 'webhook', ${sql.json([entry])}) as counts`;
  return row?.counts ?? {};
}

async function readEntry(sql: Sql, { integrationId }: Tenant) {
  const [row] = await sql`select state::text, payload, conflict_content -> 'payload' as conflict
    from public.sync_export_entries where integration_id = ${integrationId} and entry_key = 'entry-1'`;
  return { ...row };
}

raceTest("a correction that meets a reservation is kept as a conflict", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 1 });
  const runId = await startRun(sql, tenant, "running");
  const before = await readEntry(sql, tenant);
  const [worker, host] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, runId));
  const delivered = await host.runs((sql) => deliver(sql, tenant));
  await worker.goesOn();
  const { conflicts, unchanged } = await delivered.answer;
  assert.deepEqual({ conflicts, unchanged }, { conflicts: 1, unchanged: 0 });
  assert.deepEqual(await readEntry(sql, tenant), { ...before, state: "sending", conflict: CORRECTION });
});

raceTest("a correction that meets the refusal of its entry replaces it", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 1 });
  const runId = await startRun(sql, tenant, "running");
  const batch = await reserve(sql, runId);
  const [worker, host] = [await session(), await session()];
  await worker.stopsAfter((sql) => record(sql, runId, batch, "rejected", { not_sent: true }));
  const delivered = await host.runs((sql) => deliver(sql, tenant));
  await worker.goesOn();
  assert.equal((await delivered.answer)["replaced"], 1);
  assert.deepEqual(await readEntry(sql, tenant), { state: "pending", payload: CORRECTION, conflict: null });
});

raceTest("a reservation that meets a correction sends the corrected entry", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 1 });
  const runId = await startRun(sql, tenant, "running");
  const [host, worker] = [await session(), await session()];
  await host.stopsAfter((sql) => deliver(sql, tenant));
  const reserved = await worker.runs((sql) => reserve(sql, runId));
  await host.goesOn();
  assert.deepEqual((await reserved.answer).entries.map(({ payload }) => payload), [CORRECTION]);
});

raceTest("an entry that a worker reserves meanwhile is not withdrawn", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 1 });
  const runId = await startRun(sql, tenant, "running");
  const [worker, admin] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, runId));
  const withdrawn = await admin.runs((sql) =>
    sql`select public.withdraw_sync_entries(${tenant.orgId}, 'webhook', '{entry-1}', 'Twice.') ->> 'withdrawn' as n`
  );
  await worker.goesOn();
  assert.equal((await withdrawn.answer)[0]?.["n"], "0");
  assert.equal((await readEntry(sql, tenant))["state"], "sending");
});

raceTest("an entry that a worker reserves meanwhile is not settled by hand", async ({ sql, session }) => {
  const tenant = await makeTenant(sql, { entries: 1 });
  const runId = await startRun(sql, tenant, "running");
  const [worker, admin] = [await session(), await session()];
  await worker.stopsAfter((sql) => reserve(sql, runId));
  const decision = [{ entry_key: "entry-1", resolution: "exported" }];
  const settled = await admin.runs((sql) =>
    sql`select public.settle_sync_entries(${tenant.orgId}, 'webhook', ${
      sql.json(decision)
    }, 'Booked by hand.')`
  );
  await worker.goesOn();
  await assert.rejects(settled.answer, { message: "entries_not_settleable" });
  assert.equal((await readEntry(sql, tenant))["state"], "sending");
});
