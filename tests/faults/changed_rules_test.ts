/**
 * Our own rules judge the first send only. The rules change between a send without an outcome and its repetition, and the
 * receiver's books are compared.
 *
 * @module
 */
import assert from "node:assert/strict";
import { connectIntegration } from "../../local/connect_integration.ts";
import type { Sql } from "postgres";
import { startXledger } from "../../local/vendors/xledger/server.ts";
import { type Fault, startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { bookedOnce, vouchers } from "../integration/connectors/xledger/tenant.ts";
import { usePlatform } from "../support/platform.ts";
import { type Run, untilStatus } from "../support/runs.ts";
import { createTenant, type Tenant } from "../support/tenant.ts";

const sound = { lines: [{ account: "6860", debit: "103.27" }, { account: "2910", credit: "103.27" }] };
const numbers = { lines: [{ account: "6860", debit: 103.27 }, { account: "2910", credit: 103.26 }] };
const otherMonth = { ...sound, posting_date: "2026-11-02" };

function entry(entry_key: string, payload: unknown) {
  return { entry_key, period: "2026-10", document_number: entry_key, payload };
}

/** Presses, and waits for the end. */
async function run(sql: Sql, tenant: Tenant, type: string): Promise<Run> {
  const coordinator = await tenant.signIn("coordinator");
  const { data, error } = await coordinator.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: type,
  });
  if (error) throw error;
  return await untilStatus(sql, data.run_id, "succeeded", "failed");
}

async function configure(
  tenant: Tenant,
  type: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const admin = await tenant.signIn("admin");
  const { error } = await admin.rpc("configure_integration_sync", {
    org_id: tenant.orgId,
    integration_type: type,
    changes: changes as never,
  });
  if (error) throw error;
}

/** A run gives up after its first failure, so that the rules can be changed before the next one. */
async function onlyOneAttempt(sql: Sql, tenant: Tenant, type: string): Promise<void> {
  await sql`update public.sync_integrations set max_attempts = 1, manual_cooldown = '0'
    where org_id = ${tenant.orgId} and integration_type = ${type}`;
}

async function statesOf(sql: Sql, tenant: Tenant, type: string): Promise<string[]> {
  const rows = await sql<{ state: string }[]>`
    select e.entry_key || ' ' || e.state || case when e.not_sent then ' not sent' else '' end as state
    from public.sync_export_entries e join public.sync_integrations i on i.id = e.integration_id
    where i.org_id = ${tenant.orgId} and i.integration_type = ${type} order by e.entry_key`;
  return rows.map(({ state }) => state);
}

for (const kind of ["drop", "apply_then_drop"] as const satisfies readonly Fault["kind"][]) {
  Deno.test(`a webhook's batch goes out again byte for byte after ${kind} when the rules have become stricter`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    const config = { payloads: "free", period_rule: "free" };
    const tenant = await createTenant(sql, platform, { receiver, config });
    await onlyOneAttempt(sql, tenant, "webhook");
    const entries = [entry("a", sound), entry("b", numbers), entry("c", otherMonth)];
    await sql`select public.add_sync_entries(${tenant.orgId}, 'webhook', ${
      sql.json(entries as never)
    }, atomic => true)`;
    receiver.misbehave({ kind });
    assert.equal((await run(sql, tenant, "webhook")).status, "failed");
    assert.deepEqual(await statesOf(sql, tenant, "webhook"), ["a unknown", "b unknown", "c unknown"]);

    await configure(tenant, "webhook", { payloads: null, period_rule: null });
    const again = await run(sql, tenant, "webhook");
    assert.deepEqual([again.status, again.entries_done, again.entries_failed], ["succeeded", 3, 0]);
    assert.deepEqual(await statesOf(sql, tenant, "webhook"), ["a exported", "b exported", "c exported"]);
    const [first, second] = receiver.requests.filter(({ body }) => body !== "");
    assert.deepEqual([second?.body, second?.idempotencyKey], [first?.body, first?.idempotencyKey]);
    const books = [...receiver.ledger].map(([key, { count, payload }]) => ({ key, count, payload }));
    assert.deepEqual(books, entries.map(({ entry_key: key, payload }) => ({ key, count: 1, payload })));
  });

  Deno.test(`what a first send left out stays out of its repetition after ${kind} when the rules have become laxer`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using receiver = await startWebhookReceiver();
    const tenant = await createTenant(sql, platform, { receiver });
    await onlyOneAttempt(sql, tenant, "webhook");
    const entries = [entry("a", sound), entry("b", numbers), entry("c", otherMonth), entry("d", sound)];
    // Past the door, which would have refused two of them: the rules were others then.
    await sql`
      insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
      select ${tenant.integrationId}, d.* from jsonb_to_recordset(${sql.json(entries as never)})
        as d (entry_key text, period text, document_number text, payload jsonb)`;
    // Twice: what the run rejects counts as progress, after which it tries once more.
    receiver.misbehave({ kind }, { kind });
    assert.equal((await run(sql, tenant, "webhook")).status, "failed");
    const rejected = ["b rejected not sent", "c rejected not sent"];
    assert.deepEqual(await statesOf(sql, tenant, "webhook"), ["a unknown", ...rejected, "d unknown"]);

    await configure(tenant, "webhook", { payloads: "free", period_rule: "free" });
    assert.equal((await run(sql, tenant, "webhook")).status, "succeeded");
    assert.deepEqual(await statesOf(sql, tenant, "webhook"), ["a exported", ...rejected, "d exported"]);
    const bodies = receiver.requests.map(({ body }) => body).filter((body) => body !== "");
    assert.deepEqual([bodies.length, new Set(bodies).size], [3, 1]);
    assert.deepEqual([...receiver.ledger].map(([key, { count }]) => `${key} ${count}`), ["a 1", "d 1"]);
  });

  Deno.test(`Xledger has each voucher once after ${kind} when ignored_fields and the period rule have changed`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    await using vendor = await startXledger();
    const tenant = await createTenant(sql, platform);
    const ignored_fields = { voucher: ["voucher_type", "employee"] };
    const config = { url: vendor.url, visibility_seconds: 1, period_rule: "free", ignored_fields };
    const credentials = { token: vendor.token };
    const id = await connectIntegration(sql, { orgId: tenant.orgId, type: "xledger", config, credentials });
    await sql`update public.sync_integrations set retry_base = '0' where id = ${id}`;
    await onlyOneAttempt(sql, tenant, "xledger");
    const entries = vouchers(3).map(({ settled: _, payload, ...rest }) => ({
      ...rest,
      period: "2026-10",
      payload: { ...payload as object, employee: "Søren Ødegård" },
    }));
    await sql`select public.add_sync_entries(${tenant.orgId}, 'xledger', ${
      sql.json(entries as never)
    }, atomic => true)`;
    vendor.misbehave({ kind, on: "mutation" });
    assert.equal((await run(sql, tenant, "xledger")).status, "failed");
    const keys = entries.map(({ entry_key }) => entry_key);
    assert.deepEqual(await statesOf(sql, tenant, "xledger"), keys.map((key) => `${key} unknown`));

    await configure(tenant, "xledger", { period_rule: null, ignored_fields: { voucher: ["voucher_type"] } });
    assert.equal((await run(sql, tenant, "xledger")).status, "succeeded");
    assert.deepEqual(await statesOf(sql, tenant, "xledger"), keys.map((key) => `${key} exported`));
    assert.equal(bookedOnce(vendor), 3);
  });
}
