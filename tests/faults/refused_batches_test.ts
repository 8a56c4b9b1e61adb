/**
 * One bad entry, one stuck batch, costs itself only. The receiver's books are compared, not only states.
 *
 * @module
 */
import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import type { Sql } from "postgres";
import {
  type JudgedBatch,
  type Rule,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../local/vendors/webhook_receiver.ts";
import { usePlatform } from "../support/platform.ts";
import { readRun, type Run } from "../support/runs.ts";
import { createTenant, type Tenant, trigger } from "../support/tenant.ts";

const WORDS = "Account 9999 does not exist.";
const BATCH_SIZE = 100;

interface Bench extends AsyncDisposable {
  readonly sql: Sql;
  readonly receiver: WebhookReceiver;
  readonly tenant: Tenant;
  /** Presses, and waits until the run has ended. */
  run(): Promise<Run>;
}

/** A tenant with so many entries, `entry-1` and on. */
async function startBench(entries: number, rule: Rule): Promise<Bench> {
  const platform = await usePlatform();
  const database = platform.connect();
  const { sql } = database;
  const receiver = await startWebhookReceiver();
  receiver.refuse(rule);
  const tenant = await createTenant(sql, platform, { receiver, entries, config: { batch_size: BATCH_SIZE } });
  await sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
  return {
    sql,
    receiver,
    tenant,
    async run() {
      const runId = await trigger(tenant);
      return await until("the run has ended", async () => {
        const run = await readRun(sql, runId);
        return run.finished_at !== null && run;
      }, { timeoutMs: 180_000 });
    },
    async [Symbol.asyncDispose]() {
      await receiver.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

function holding(...bad: readonly string[]): (batch: JudgedBatch) => boolean {
  return ({ entryKeys }) => entryKeys.some((key) => bad.includes(key));
}

/** The books hold each entry but these once, and these are rejected in the receiver's words. */
async function assertBooked(
  { sql, receiver, tenant }: Bench,
  entries: number,
  bad: readonly string[],
): Promise<void> {
  const booked = [...receiver.ledger].map(([key, { count }]) => `${key} ${count}`).toSorted();
  const wanted = Array.from({ length: entries }, (_, at) => `entry-${at + 1}`).filter((key) =>
    !bad.includes(key)
  );
  assert.deepEqual(booked, wanted.map((key) => `${key} 1`).toSorted());
  const rejected = await sql`select entry_key, error_message from public.sync_export_entries
    where integration_id = ${tenant.integrationId} and state <> 'exported' order by entry_key`;
  assert.deepEqual(rejected.map(({ entry_key }) => entry_key), bad.toSorted());
  for (const { error_message } of rejected) assert.ok(error_message.includes(WORDS), error_message);
}

for (
  const [what, status, bad] of [
    ["one entry", 400, ["entry-7"]],
    ["the first and the last entry", 422, ["entry-1", "entry-250"]],
    ["several entries of one batch", 400, ["entry-120", "entry-121", "entry-199"]],
    ["a single entry that is too large", 413, ["entry-30"]],
  ] as const
) {
  Deno.test(`a run exports all others and rejects what is at fault when a receiver refuses each batch with ${what}`, async () => {
    const isBad = holding(...bad);
    const body = { error: { message: WORDS } };
    await using bench = await startBench(250, (batch) => isBad(batch) ? { status, body } : null);
    const run = await bench.run();
    assert.deepEqual([run.status, run.entries_done, run.entries_failed], [
      "succeeded",
      250 - bad.length,
      bad.length,
    ]);
    await assertBooked(bench, 250, bad);
    const [first] = await bench.sql`select error_message from public.sync_export_entries
      where integration_id = ${bench.tenant.integrationId} and state = 'rejected'`;
    assert.ok(first?.error_message.includes(String(status)));
    const most = 3 + bad.length * 2 * Math.ceil(Math.log2(BATCH_SIZE));
    assert.ok(bench.receiver.requests.length <= most, `${bench.receiver.requests.length} requests`);
  });
}

Deno.test("a run sends smaller batches when a receiver calls them too large", async () => {
  const limit = 8000;
  await using bench = await startBench(250, ({ bytes }) => bytes > limit ? { status: 413 } : null);
  assert.equal((await bench.run()).status, "succeeded");
  await assertBooked(bench, 250, []);
});

Deno.test("a run rejects nothing and says how to go on when a receiver refuses everything", async () => {
  await using bench = await startBench(150, () => ({ status: 400, body: { error: WORDS } }));
  const run = await bench.run();
  assert.deepEqual([run.status, run.error_code], ["failed", "receiver_refuses_everything"]);
  const { sql, tenant } = bench;
  const [alert] = await sql`select message from public.sync_alerts
    where integration_id = ${tenant.integrationId} and resolved_at is null and severity = 'critical'`;
  assert.ok(alert?.message.includes(WORDS), alert?.message);
  assert.ok(alert?.message.includes("withdraw_sync_entries"));
  const states = await sql`select state::text, count(*)::int from public.sync_export_entries
    where integration_id = ${tenant.integrationId} group by state`;
  assert.deepEqual([...states], [{ state: "pending", count: 150 }]);

  // One is withdrawn, and the receiver put right: the next run exports the others.
  const admin = await tenant.signIn("admin");
  const { data } = await admin.rpc("withdraw_sync_entries", {
    org_id: tenant.orgId,
    integration_type: "webhook",
    entry_keys: ["entry-1"],
    reason: "Delivered by mistake.",
  }).throwOnError();
  assert.deepEqual(data, { withdrawn: 1, refused: [] });
  bench.receiver.refuse(null);
  assert.equal((await bench.run()).status, "succeeded");
  assert.equal(bench.receiver.ledger.size, 149);
  assert.ok(!bench.receiver.ledger.has("entry-1"));
});

Deno.test("a run narrows nothing when a receiver answers 404 to a batch", async () => {
  await using bench = await startBench(150, () => ({ status: 404, body: { error: "Not found" } }));
  const run = await bench.run();
  assert.deepEqual([run.status, run.error_code], ["failed", "webhook_not_found"]);
  assert.equal(bench.receiver.requests.length, 1);
  bench.receiver.refuse(null);
  assert.equal((await bench.run()).status, "succeeded");
  await assertBooked(bench, 150, []);
});

Deno.test("a run rejects an entry when a 404 names it", async () => {
  const isBad = holding("entry-7");
  await using bench = await startBench(
    150,
    (batch) => isBad(batch) ? { status: 404, body: { error: WORDS, entry_key: "entry-7" } } : null,
  );
  assert.equal((await bench.run()).status, "succeeded");
  await assertBooked(bench, 150, ["entry-7"]);
});

for (
  const [what, rule] of [
    // It works on the batch for ever.
    ["answers 409 to a batch", (batch) => holding("entry-150")(batch) ? { status: 409 } : null],
    // The first send was taken, and its answer lost.
    [
      "refuses the repetition of a batch that it has taken with 413",
      (batch) => holding("entry-150")(batch) && batch.earlier > 0 ? { status: 413 } : null,
    ],
    ["answers 403 to the repetition of a batch", (batch) => {
      if (!holding("entry-150")(batch)) return null;
      return batch.earlier > 5 ? { status: 403 } : { status: 503 };
    }],
  ] as readonly (readonly [string, Rule])[]
) {
  Deno.test(`runs export what comes after it and its batch can be settled when a receiver ${what}`, async () => {
    await using bench = await startBench(350, rule);
    const { sql, tenant, receiver } = bench;
    if (what.includes("has taken")) {
      receiver.misbehave({ kind: "slow", ms: 0 }, { kind: "apply_then_drop" });
    }
    const first = await bench.run();
    assert.deepEqual([first.status, first.error_code, first.entries_done], [
      "failed",
      "entries_unresolved",
      250,
    ]);
    assert.match(first.error_message ?? "", /100 entries .*settle_sync_entries/);
    const [alert] = await sql`select message from public.sync_alerts
      where integration_id = ${tenant.integrationId} and kind = 'run_failed' and resolved_at is null`;
    assert.ok(alert?.message.includes("settle_sync_entries"));

    // The next run tries it once, and goes on with what was delivered since.
    const before = receiver.requests.length;
    await sql`select public.add_sync_entries(${tenant.orgId}, 'webhook',
      '[{"entry_key": "entry-351", "period": "2026-10", "document_number": "B-351", "payload": {}}]')`;
    const second = await bench.run();
    assert.deepEqual([second.status, second.error_code, second.entries_done], [
      "failed",
      "entries_unresolved",
      1,
    ]);
    assert.equal(receiver.requests.length, before + 2);

    const [stuck] = await sql`select batch_id, max(sent_at)::text as sent_at, count(*)::int as entries
      from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'unknown' group by batch_id`;
    assert.equal(stuck?.entries, 100);
    // The person looks into the books.
    const isBooked = receiver.ledger.has("entry-150");
    const admin = await tenant.signIn("admin");
    const { data: settled } = await admin.rpc("settle_sync_entries", {
      org_id: tenant.orgId,
      integration_type: "webhook",
      entries: [{ ...stuck, resolution: isBooked ? "exported" : "resend" }],
      reason: "Looked up in the ledger.",
    }).throwOnError();
    assert.equal(settled, 100);
    receiver.refuse(null);
    assert.equal((await bench.run()).status, "succeeded");
    await assertBooked(bench, 351, []);
  });
}
