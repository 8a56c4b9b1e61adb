/**
 * Narrowing while others write, and while its worker is killed. The receiver's books are compared.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { type JudgedBatch, startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { ownPlatformTest } from "../support/local_only.ts";
import { usePlatform } from "../support/platform.ts";
import { expireAndRecover, readRun, untilReceived, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";

const WORDS = "Account 9999 does not exist.";
const LOCK = 471_100;

/** What the source has delivered last, by entry key. */
type Newest = Map<string, Readonly<Record<string, string>>>;

const isBad = (payload: unknown) => JSON.stringify(payload).includes("9999");

Deno.test("each entry is booked once, with its newest content, when entries are delivered again or withdrawn while a batch is narrowed down", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(sql, platform, { receiver, config: { batch_size: 40 } });
  await sql`update public.sync_integrations set manual_cooldown = '0' where id = ${tenant.integrationId}`;
  const newest: Newest = new Map();
  const deliver = async (keys: readonly string[], account: string) => {
    const entries = keys.map((entry_key) => {
      const payload = { account, text: `${newest.size} ${entry_key} ${crypto.randomUUID()}` };
      newest.set(entry_key, payload);
      return { entry_key, period: "2026-10", document_number: entry_key, payload };
    });
    await sql`select public.add_sync_entries(${tenant.orgId}, 'webhook', ${sql.json(entries)})`;
  };
  const withdraw = async (entryKey: string) => {
    const [row] = await sql`select public.withdraw_sync_entries(${tenant.orgId}, 'webhook', ${[
      entryKey,
    ]}, 'Delivered by mistake.')
      ->> 'withdrawn' as withdrawn`;
    if (row?.withdrawn === "1") withdrawn.add(entryKey);
  };
  const withdrawn = new Set<string>();
  const keys = Array.from({ length: 60 }, (_, at) => `entry-${String(at + 1).padStart(2, "0")}`);
  await deliver(keys, "6860");
  const bad = keys.filter((_, at) => at % 9 === 4);
  await deliver(bad, "9999");

  // At each refusal the source delivers again: other content of good entries, and the bad ones corrected, one by one.
  const deliveries: Promise<void>[] = [];
  let last = Promise.resolve();
  const later = (work: () => Promise<void>) => deliveries.push(last = last.then(work));
  receiver.refuse(({ payloads, entryKeys }: JudgedBatch) => {
    if (!payloads.some(isBad)) return null;
    const corrected = deliveries.length % 2 === 0 ? bad.splice(0, 1) : [];
    const good = entryKeys.filter((key) => !isBad(newest.get(key)) && !withdrawn.has(key));
    const changed = good.slice(-2);
    // One of this batch, which a worker may have by then, and one that waits behind it.
    for (const mistaken of [good.at(-3), keys.at(-1 - withdrawn.size)]) {
      if (mistaken !== undefined && deliveries.length < 20) later(() => withdraw(mistaken));
    }
    later(() => deliver(corrected, "7140"));
    later(() => deliver(changed, "6860"));
    return { status: 400, body: { error: WORDS } };
  });

  for (let runs = 0; runs < 8; runs++) {
    await untilStatus(sql, await trigger(tenant), "succeeded", "failed");
    await Promise.all(deliveries);
    // The source corrects what was refused before it could.
    await deliver(bad.splice(0), "7140");
    const [open] = await sql`select count(*)::int as n from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state in ('pending', 'sending', 'unknown')`;
    if (open?.n === 0) break;
  }
  const rows = await sql`select entry_key, state::text, payload, conflict_at is not null as is_conflict
    from public.sync_export_entries where integration_id = ${tenant.integrationId} order by entry_key`;
  for (const { entry_key, state, payload, is_conflict } of rows) {
    const booked = receiver.ledger.get(entry_key);
    if (state === "exported") {
      assert.equal(booked?.count, 1, `${entry_key} is booked ${booked?.count} times`);
      assert.deepEqual(booked?.payload, payload);
    } else {
      assert.equal(state, withdrawn.has(entry_key) ? "withdrawn" : "rejected");
      assert.equal(booked, undefined, `${entry_key} is ${state} and booked`);
    }
    // What was sent before the newest content came is a conflict, for a person.
    if (!is_conflict) assert.deepEqual(payload, newest.get(entry_key), `${entry_key} is ${state}`);
    assert.ok(state !== "rejected" || is_conflict || isBad(payload));
  }
  assert.ok(withdrawn.size > 0);
  assert.equal(rows.length, 60);
});

/** A trigger that lets reservations wait for the session that holds the lock. */
const waitingReservations = `
  create function public.wait_for_test() returns trigger language plpgsql security definer as $$
  begin
    perform pg_advisory_xact_lock_shared(${LOCK});
    return null;
  end $$;
  create trigger wait_for_test after update on public.sync_export_entries
    for each row when (new.state = 'sending' and old.state = 'pending') execute function public.wait_for_test()`;

async function untilWaiting(sql: Sql): Promise<number> {
  return await until("the smaller reservation waits", async () => {
    const [waiting] = await sql<{ pid: number }[]>`select pid from pg_locks
      where locktype = 'advisory' and not granted and objid = ${LOCK}`;
    return waiting !== undefined && waiting.pid;
  });
}

for (
  const [what, isUndone] of [
    ["between the record of the refusal and the smaller batch", true],
    ["right after the smaller batch was reserved", false],
  ] as const
) {
  ownPlatformTest(
    `a run exports all others once when its function is killed ${what}`,
    async ({ edgeFunction, receiver, ...platform }) => {
      await using database = connect(platform.dbUrl);
      const { sql } = database;
      await using holder = connect(platform.dbUrl, 1);
      await using admin = connect(platform.adminUrl);
      const tenant = await createTenant(sql, platform, {
        receiver,
        entries: 100,
        config: { batch_size: 100 },
      });
      await admin.sql.unsafe(waitingReservations);
      await using _ = {
        [Symbol.asyncDispose]: async () =>
          void await admin.sql.unsafe("drop function public.wait_for_test() cascade"),
      };
      receiver.refuse(({ entryKeys }) =>
        entryKeys.includes("entry-7") ? { status: 400, body: { error: WORDS } } : null
      );
      receiver.misbehave({ kind: "hold" });
      const runId = await trigger(tenant);
      await untilReceived(receiver, 1);
      await holder.sql`select pg_advisory_lock(${LOCK})`;
      receiver.release();
      const pid = await untilWaiting(admin.sql);
      const states = await sql`select distinct state::text from public.sync_export_entries
      where integration_id = ${tenant.integrationId}`;
      assert.deepEqual(
        [...states],
        [{ state: "pending" }],
        "the refusal is recorded before anything smaller is reserved",
      );

      await edgeFunction.kill("SIGKILL");
      if (isUndone) await admin.sql`select pg_terminate_backend(${pid})`;
      await holder.sql`select pg_advisory_unlock(${LOCK})`;
      await until(
        "nothing waits",
        async () =>
          (await admin.sql`select from pg_stat_activity where pid = ${pid} and xact_start is not null`)
            .length ===
            0,
      );
      const [sending] = await sql`select count(*)::int as n from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'sending'`;
      assert.equal(sending?.n, isUndone ? 0 : 1);
      await edgeFunction.start();
      await expireAndRecover(sql, runId);

      await untilStatus(sql, runId, "succeeded", "failed");
      const run = await readRun(sql, runId);
      assert.deepEqual([run.status, run.entries_done, run.entries_failed], ["succeeded", 99, 1]);
      assert.deepEqual(
        [...receiver.ledger.values()].map(({ count }) => count),
        Array(99).fill(1),
      );
      assert.ok(!receiver.ledger.has("entry-7"));
      const [rejected] = await sql`select entry_key, error_message from public.sync_export_entries
      where integration_id = ${tenant.integrationId} and state = 'rejected'`;
      assert.equal(rejected?.entry_key, "entry-7");
      assert.ok(rejected?.error_message.includes(WORDS));
    },
  );
}
