import assert from "node:assert/strict";
import { until } from "../../../local/wait.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { untilChecked } from "../../support/checks.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, expireAndRecover, readRun, untilStatus } from "../../support/runs.ts";
import { addEntries, createTenant, trigger } from "../../support/tenant.ts";
import { useTypeHost } from "../../support/type_host.ts";

Deno.test("a receiver that three organisations lose is an incident that a press hears of, holds nothing, and ends when a run gets through", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const connect = () => createTenant(sql, platform, { receiver, retryBase: "1 hour" });
  const tenants = await Promise.all([connect(), connect(), connect(), connect()]);
  // Each has a secret of its own, and the receiver one ledger.
  receiver.requireSignature([]);
  await Promise.all(
    tenants.map(({ integrationId }, n) => addEntries(sql, integrationId, 3 * n + 1, 3 * n + 3)),
  );
  const host = new URL(receiver.url).host;
  await using _type = await useTypeHost(sql, host);
  const isOpen = async () =>
    (await sql`select from public.sync_vendor_incidents where host = ${host} and ended_at is null`).length;

  // Or the first failure would be that of a cold start, which is retried at once.
  const warm = await tenants[0].signIn("coordinator");
  await warm.rpc("test_integration_connection", { org_id: tenants[0].orgId, integration_type: "webhook" });
  await untilChecked(warm, tenants[0].integrationId);

  const runs: string[] = [];
  for (const tenant of tenants.slice(0, 3)) {
    assert.equal(await isOpen(), 0);
    receiver.misbehave({ kind: "drop" });
    const runId = await trigger(tenant);
    runs.push(runId);
    await until("the attempt has failed", async () => (await readRun(sql, runId)).error_code);
  }
  assert.equal(await isOpen(), 1, "the third makes it an incident");

  const [, , , fourth] = tenants;
  const coordinator = await fourth.signIn("coordinator");
  receiver.misbehave({ kind: "hold" });
  const pressed = await coordinator.rpc("trigger_integration_sync", {
    org_id: fourth.orgId,
    integration_type: "webhook",
  });
  assert.equal(pressed.error, null);
  assert.deepEqual([pressed.data.status, pressed.data.notice], ["pending", "vendor_incident"]);
  runs.push(pressed.data.run_id);
  await until("the press was posted at once", () => Promise.resolve(receiver.requests.length >= 4));
  const again = await coordinator.rpc("trigger_integration_sync", {
    org_id: fourth.orgId,
    integration_type: "webhook",
  });
  assert.equal(again.error?.message, "sync_already_in_progress");
  assert.equal(JSON.parse(again.error?.details ?? "{}").notice, "vendor_incident");
  const { data: banner } = await coordinator.from("sync_vendor_incidents").select("affected, ended_at")
    .eq("host", host);
  assert.deepEqual(banner, [{ affected: 3, ended_at: null }]);

  receiver.release();
  await untilStatus(sql, pressed.data.run_id, "succeeded");
  assert.equal(await isOpen(), 0, "a run that gets through ends it");
  for (const runId of runs) {
    if ((await readRun(sql, runId)).status === "pending") await expireAndRecover(sql, runId);
    await untilStatus(sql, runId, "succeeded");
  }
  assert.deepEqual([...receiver.ledger.values()].map(({ count }) => count), Array(12).fill(1));
});

Deno.test("the tick checks many connections with one request, and one that gets no answer keeps none of the others waiting", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  await using well = await startWebhookReceiver();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const url = `http://127.0.0.1:${silent.addr.port}/`;
    const tenants = await Promise.all([
      createTenant(sql, platform, { config: { url } }),
      ...Array.from({ length: 3 }, () => createTenant(sql, platform, { receiver: well })),
    ]);
    well.requireSignature([]);
    const ids = tenants.map(({ integrationId }) => integrationId);
    // In one transaction, or pg_cron's tick might take some of them.
    await sql.begin(async (tx) => {
      await tx`update public.sync_integration_health set next_check_at = now() where integration_id = any (${ids})`;
      await tx`select sync_scheduler.run_due_checks()`;
    });
    const requests =
      await sql`select distinct request_id from sync_scheduler.connection_checks where integration_id = any (${ids})`;
    assert.equal(requests.length, 1);
    const [first, ...others] = tenants;
    const answered: number[] = [];
    for (const tenant of others) {
      const health = await untilChecked(await tenant.signIn("viewer"), tenant.integrationId);
      assert.deepEqual([health.status, health.consecutive_failures], ["healthy", 0]);
      answered.push(Date.parse(health.checked_at ?? ""));
    }
    const [probe] = await sql<{ ended_at: Date | null }[]>`
      select ended_at from sync_scheduler.connection_checks where integration_id = ${first.integrationId}`;
    const ended = probe?.ended_at?.getTime() ?? Infinity;
    assert.ok(answered.every((at) => at < ended), "the silent one had its time still");
  } finally {
    silent.close();
  }
});

Deno.test("a run that waits out a 429 succeeds, and the connection is not checked for a day unless an admin says so", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, { receiver, entries: 3 });
  receiver.misbehave({ kind: "status", status: 429, headers: { "retry-after": "1" } });
  const run = await untilStatus(sql, await trigger(tenant), "succeeded", "failed");
  assert.deepEqual([run.status, run.attempt], ["succeeded", 1]);
  await assertExportedOnce(sql, tenant.integrationId, receiver, 3);

  const admin = await tenant.signIn("admin");
  const { data: health } = await admin.from("sync_integration_health").select()
    .eq("integration_id", tenant.integrationId).single();
  assert.equal(health?.status, "healthy");
  assert.ok(health.passive_since !== null);
  const hours = (Date.parse(health.next_check_at ?? "") - Date.now()) / 3600_000;
  assert.ok(hours > 23 && hours < 25, `${hours}`);

  const resumed = await admin.rpc("resume_integration_checks", {
    org_id: tenant.orgId,
    integration_type: "webhook",
    reason: "They have raised our quota.",
  });
  assert.equal(resumed.error, null);
  assert.equal(resumed.data.passive_since, null);
});
