import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { untilChecked } from "../../support/checks.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, expireAndRecover, readRun, untilStatus } from "../../support/runs.ts";
import { addEntries, createTenant, type Tenant, trigger } from "../../support/tenant.ts";

/** Open alerts, by name. */
async function openAlerts(sql: Sql, { integrationId }: Tenant): Promise<string[]> {
  const alerts = await sql<{ kind: string }[]>`select kind::text from public.sync_alerts
    where integration_id = ${integrationId} and resolved_at is null order by kind::text`;
  return alerts.map(({ kind }) => kind);
}

async function health(sql: Sql, { integrationId }: Tenant) {
  const [row] = await sql<{ status: string; last_error_code: string | null }[]>`
    select status::text, last_error_code from public.sync_integration_health where integration_id = ${integrationId}`;
  return row;
}

/** A check by hand, however soon after the last. */
async function check(sql: Sql, tenant: Tenant) {
  await sql`update sync_scheduler.connection_checks set requested_at = requested_at - interval '1 minute'
    where integration_id = ${tenant.integrationId}`;
  const coordinator = await tenant.signIn("coordinator");
  const target = { org_id: tenant.orgId, integration_type: "webhook" };
  const { error } = await coordinator.rpc("test_integration_connection", target);
  assert.equal(error, null);
  return await untilChecked(coordinator, tenant.integrationId);
}

/** Something before a receiver that answers HEAD with a status and knows only POST. */
async function startPostOnly(receiverUrl: string, headStatus: number) {
  const server = createServer(async (request, response) => {
    if (request.method === "HEAD") return void response.writeHead(headStatus, { location: "/login" }).end();
    const body = new Uint8Array(await buffer(request));
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(webhook-|idempotency|content-type)/.test(name)
    );
    const answer = await fetch(receiverUrl, { method: "POST", headers: headers as [string, string][], body });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

for (const status of [401, 403, 404, 405]) {
  Deno.test(`a receiver that knows only POST and answers HEAD with ${status} is healthy, and alerts when a run fails`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    await using before = await startPostOnly(receiver.url, status);
    const tenant = await createTenant(sql, platform, { receiver, entries: 3, config: { url: before.url } });

    assert.equal((await check(sql, tenant)).status, "healthy");
    assert.deepEqual(await openAlerts(sql, tenant), []);
    await untilStatus(sql, await trigger(tenant), "succeeded");
    await assertExportedOnce(sql, tenant.integrationId, receiver, 3);
    assert.equal((await check(sql, tenant)).status, "healthy", "also after a good export");
    assert.deepEqual(await openAlerts(sql, tenant), []);

    await sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
    // Hours later: within an hour of a success a refusal would be tried again.
    await sql`update public.sync_integration_health set last_success_at = last_success_at - interval '3 hours'
      where integration_id = ${tenant.integrationId}`;
    await addEntries(sql, tenant.integrationId, 4, 4);
    receiver.misbehave({ kind: "status", status: 402 });
    await untilStatus(sql, await trigger(tenant), "failed");
    assert.deepEqual(await openAlerts(sql, tenant), ["run_failed"]);
  });
}

Deno.test("a redirect of HEAD needs attention only until something was exported", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  await using before = await startPostOnly(receiver.url, 302);
  const tenant = await createTenant(sql, platform, { receiver, entries: 3, config: { url: before.url } });
  assert.equal((await check(sql, tenant)).status, "needs_attention");
  assert.deepEqual(await openAlerts(sql, tenant), ["needs_attention"]);
  await untilStatus(sql, await trigger(tenant), "succeeded");
  assert.deepEqual(await openAlerts(sql, tenant), []);
  assert.equal((await check(sql, tenant)).status, "healthy", "a good export outranks a guess");
  assert.deepEqual(await openAlerts(sql, tenant), []);
  await assertExportedOnce(sql, tenant.integrationId, receiver, 3);
});

Deno.test("the alert of a run that was refused at its fourth of ten batches lasts until everything is out", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, { receiver, entries: 100, config: { batch_size: 10 } });
  const good = { kind: "slow", ms: 0 } as const;
  const refused = { kind: "status", status: 402 } as const;
  receiver.misbehave(good, good, good, refused, refused);
  const runId = await trigger(tenant);
  await until("the fourth batch is refused", async () => {
    const { status, next_attempt_at } = await readRun(sql, runId);
    return status === "failed" || next_attempt_at !== null;
  });
  // Ten minutes later the refusal counts.
  await sql`update sync_scheduler.run_attempts set ended_at = ended_at - interval '11 minutes'
    where run_id = ${runId} and error_class = 'permanent'`;
  await expireAndRecover(sql, runId);
  const failed = await untilStatus(sql, runId, "failed", "succeeded");
  assert.deepEqual([failed.status, failed.entries_done, failed.entries_failed], ["failed", 30, 0]);
  assert.deepEqual(await openAlerts(sql, tenant), ["run_failed"], "one alert");
  assert.deepEqual(await health(sql, tenant), {
    status: "needs_attention",
    last_error_code: "webhook_refused",
  });

  const checked = await check(sql, tenant);
  assert.deepEqual([checked.status, checked.last_error_code], ["needs_attention", "webhook_refused"]);
  assert.deepEqual(await openAlerts(sql, tenant), ["run_failed"], "a check does not get 70 entries out");

  await sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
  await untilStatus(sql, await trigger(tenant), "succeeded");
  assert.deepEqual(await openAlerts(sql, tenant), []);
  assert.deepEqual(await health(sql, tenant), { status: "healthy", last_error_code: null });
  await assertExportedOnce(sql, tenant.integrationId, receiver, 100);
});

Deno.test("a run with rejected entries is a success, and an alert stays until a person has decided about each", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, { receiver, entries: 40, config: { batch_size: 20 } });
  const keys = ["entry-3", "entry-4"];
  receiver.misbehave({ kind: "reject", entryKeys: keys, error: "The account is closed." });
  const run = await untilStatus(sql, await trigger(tenant), "succeeded");
  assert.deepEqual([run.entries_done, run.entries_failed], [38, 2]);
  assert.deepEqual(await openAlerts(sql, tenant), ["entries_need_decision"]);
  const admin = await tenant.signIn("admin");
  const { data: [row] } = await admin.rpc("sync_overview", { org_id: tenant.orgId }).throwOnError();
  assert.deepEqual(
    [row?.last_run_entries_done, row?.last_run_entries_failed, row?.needs_decision],
    [38, 2, 2],
  );

  for (const [key, left] of [["entry-3", ["entries_need_decision"]], ["entry-4", []]] as const) {
    await admin.rpc("settle_sync_entries", {
      org_id: tenant.orgId,
      integration_type: "webhook",
      entries: [{ entry_key: key, resolution: "abandon" }],
      reason: "Booked by hand.",
    }).throwOnError();
    assert.deepEqual(await openAlerts(sql, tenant), left);
  }
  assert.deepEqual(
    [...receiver.ledger.keys()].filter((key) => keys.includes(key)),
    [],
    "nothing of them is booked",
  );
  assert.equal(receiver.ledger.size, 38);
});
