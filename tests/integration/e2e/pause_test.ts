/**
 * Stop means stop: what the external system has of an integration that is paused or disabled.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import {
  assertExportedOnce,
  expireAndRecover,
  readRun,
  untilReceived,
  untilStatus,
} from "../../support/runs.ts";
import { apiClient, createTenant, type Tenant, trigger } from "../../support/tenant.ts";

const ENTRIES = 20;
const BATCH = 5;

/** Keys that the receiver's books have. */
const booked = (receiver: WebhookReceiver): string[] => [...receiver.ledger.keys()].toSorted();

const untilNotice = (sql: Sql, runId: string) =>
  until("the run waits for the end of the pause", async () => {
    const run = await readRun(sql, runId);
    return run.notice === "integration_paused" && run;
  });

interface Stop {
  readonly what: string;
  stop(tenant: Tenant, sql: Sql): Promise<void>;
  goOn(tenant: Tenant, sql: Sql): Promise<void>;
}

const call = async (request: PromiseLike<{ error: unknown }>): Promise<void> => {
  const { error } = await request;
  if (error) throw error;
};
const target = (tenant: Tenant) => ({ org_id: tenant.orgId, integration_type: "webhook" });

const stops: readonly Stop[] = [
  {
    what: "an admin pauses",
    stop: async (tenant) =>
      call((await tenant.signIn("admin")).rpc("pause_integration_sync", target(tenant))),
    goOn: async (tenant) =>
      call((await tenant.signIn("admin")).rpc("resume_integration_sync", target(tenant))),
  },
  {
    what: "an admin switches the integration off",
    stop: async (tenant) =>
      call(
        (await tenant.signIn("admin")).rpc("configure_integration_sync", {
          ...target(tenant),
          changes: { enabled: false },
        }),
      ),
    goOn: async (tenant) =>
      call(
        (await tenant.signIn("admin")).rpc("configure_integration_sync", {
          ...target(tenant),
          changes: { enabled: true },
        }),
      ),
  },
  {
    what: "the host's backend disables it",
    stop: async (tenant) => {
      const platform = await usePlatform();
      const backend = apiClient(platform, platform.secretKey);
      const changes = { enabled: false };
      await call(backend.rpc("configure_integration_sync", { ...target(tenant), changes }));
    },
    goOn: async (tenant) => {
      const platform = await usePlatform();
      const backend = apiClient(platform, platform.secretKey);
      const changes = { enabled: true };
      await call(backend.rpc("configure_integration_sync", { ...target(tenant), changes }));
    },
  },
  {
    what: "the owner of the database sets a pause that ends by itself",
    stop: async ({ integrationId }, sql) =>
      void await sql`update public.sync_integrations set paused_at = now(), resume_at = now() + interval '1 hour'
        where id = ${integrationId}`,
    goOn: async ({ integrationId }, sql) => {
      await sql`update public.sync_integrations set resume_at = now() where id = ${integrationId}`;
      await sql`select sync_scheduler.tick()`;
    },
  },
];

for (const { what, stop, goOn } of stops) {
  Deno.test(`nothing more leaves when ${what} while a run waits for its receiver`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    const tenant = await createTenant(sql, platform, {
      receiver,
      entries: ENTRIES,
      config: { batch_size: BATCH },
    });
    receiver.misbehave({ kind: "slow", ms: 0 }, {
      kind: "status",
      status: 503,
      headers: { "retry-after": "40" },
    });
    const runId = await trigger(tenant);
    await until("the run waits", async () => (await readRun(sql, runId)).next_attempt_at !== null);
    const before = booked(receiver);
    assert.equal(before.length, BATCH);
    const requests = receiver.requests.length;

    await stop(tenant, sql);
    await untilNotice(sql, runId);
    // The receiver is well, and all the time in the world passes.
    for (let round = 0; round < 3; round++) {
      await expireAndRecover(sql, runId);
      await sql`select sync_scheduler.tick()`;
    }
    assert.deepEqual(booked(receiver), before, "the books are what they were");
    assert.equal(receiver.requests.length, requests, "the receiver is not even asked");

    await goOn(tenant, sql);
    await expireAndRecover(sql, runId);
    assert.equal((await untilStatus(sql, runId, "succeeded", "failed")).status, "succeeded");
    await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);
  });

  Deno.test(`the batch on its way is the last one when ${what} in the middle of a run`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    const tenant = await createTenant(sql, platform, {
      receiver,
      entries: ENTRIES,
      config: { batch_size: BATCH },
    });
    receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "hold" });
    const runId = await trigger(tenant);
    await untilReceived(receiver, 2);

    await stop(tenant, sql);
    receiver.release();
    const run = await untilNotice(sql, runId);
    assert.deepEqual([run.status, run.entries_done, run.error_code], ["pending", 2 * BATCH, null]);
    assert.equal(booked(receiver).length, 2 * BATCH);
    assert.equal(receiver.requests.length, 2);
    const [attempt] =
      await sql`select outcome::text from sync_scheduler.run_attempts where run_id = ${runId}`;
    assert.equal(attempt?.outcome, "paused");

    await goOn(tenant, sql);
    await expireAndRecover(sql, runId);
    assert.equal((await untilStatus(sql, runId, "succeeded", "failed")).status, "succeeded");
    await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);
  });
}

Deno.test("a batch of unknown outcome is repeated as it was when a pause comes in between", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, {
    receiver,
    entries: ENTRIES,
    config: { batch_size: BATCH },
    retryBase: "1 hour",
  });
  receiver.misbehave({ kind: "apply_then_drop" });
  const runId = await trigger(tenant);
  await until("the run waits", async () => (await readRun(sql, runId)).next_attempt_at !== null);
  const admin = await tenant.signIn("admin");
  await call(admin.rpc("pause_integration_sync", target(tenant)));
  await expireAndRecover(sql, runId);
  assert.equal(receiver.requests.length, 1);
  await call(admin.rpc("resume_integration_sync", target(tenant)));
  await expireAndRecover(sql, runId);
  assert.equal((await untilStatus(sql, runId, "succeeded", "failed")).status, "succeeded");
  assert.equal(receiver.requests[0]?.idempotencyKey, receiver.requests[1]?.idempotencyKey);
  assert.equal(receiver.requests[0]?.body, receiver.requests[1]?.body);
  await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);
});

Deno.test("nothing leaves when a run is cancelled while it waits for the end of a pause", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, {
    receiver,
    entries: ENTRIES,
    config: { batch_size: BATCH },
  });
  receiver.misbehave({ kind: "hold" });
  const runId = await trigger(tenant);
  await untilReceived(receiver, 1);
  const admin = await tenant.signIn("admin");
  await call(admin.rpc("pause_integration_sync", target(tenant)));
  receiver.release();
  await untilNotice(sql, runId);
  const { data: overview } = await admin.rpc("sync_overview", { org_id: tenant.orgId });
  assert.deepEqual([overview?.[0]?.active_run_id, overview?.[0]?.active_notice], [
    runId,
    "integration_paused",
  ]);

  const { data: cancelled } = await admin.rpc("cancel_integration_sync", { run_id: runId });
  assert.equal(cancelled?.status, "cancelled");
  await call(admin.rpc("resume_integration_sync", target(tenant)));
  await sql`select sync_scheduler.tick()`;
  assert.equal(booked(receiver).length, BATCH);
  assert.equal(receiver.requests.length, 1);
});
