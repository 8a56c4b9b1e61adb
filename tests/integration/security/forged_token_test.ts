import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("a forged token is refused at once, whatever session holds the run", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const { orgId, integrationId } = await createTenant(sql, platform);
  const [run] = await sql<{ run_id: string }[]>`
    insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
    values (${orgId}, ${integrationId}, 'webhook', 'api', now() + interval '1 hour') returning run_id`;
  assert.ok(run);
  await sql`insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
    values (${run.run_id}, 1, sha256('token'), now() + interval '1 hour')`;

  const worker = await sql.reserve();
  try {
    await worker`begin`;
    await worker`select from public.sync_run_log where run_id = ${run.run_id} for no key update`;
    const claim = (token: string) =>
      sql.begin(async (sql) => {
        await sql`set local lock_timeout = '500ms'`;
        await sql`select public.sync_worker_claim(${run.run_id}, 1, ${token}, gen_random_uuid(), 1, true)`;
      });
    await assert.rejects(claim("forged"), { code: "PT401", message: "invalid_token" });
    await assert.rejects(claim("token"), { code: "55P03" }, "who has the token waits for the run");
  } finally {
    await worker`rollback`;
    worker.release();
    await sql`delete from public.sync_run_log where run_id = ${run.run_id}`;
  }
});

/** What a request can ask the database for, with a token that was guessed. */
const guesses: Readonly<
  Record<
    string,
    (sql: TransactionSql, ids: { runId: string; integrationId: string; orgId: string }) => Promise<unknown>
  >
> = {
  "run": (sql, { runId }) =>
    sql`select public.sync_worker_claim(${runId}, 1, 'guessed', gen_random_uuid(), 1, true)`,
  "check": (sql, { integrationId }) =>
    sql`select public.sync_worker_claim_probes(${
      sql.json(Array(50).fill({ integration_id: integrationId, token: "guessed" }))
    })`,
  "message": (sql, { orgId }) =>
    sql`select public.sync_worker_claim_alerts(${
      sql.json(Array(50).fill({ org_id: orgId, token: "guessed" }))
    })`,
  "warm-up": (sql) =>
    sql`select public.sync_worker_warm('2026-10-01 10:00+00', 'guessed', gen_random_uuid(), 1, true)`,
};

function readCost(tx: TransactionSql) {
  return tx<{ xid: string | null; read: number; scanned: number }[]>`
    select pg_current_xact_id_if_assigned()::text as xid,
      coalesce(sum(idx_tup_fetch), 0)::int as read,
      coalesce(sum(seq_scan) filter (where relname <> 'settings'), 0)::int as scanned
    from pg_stat_xact_user_tables where schemaname in ('public', 'sync_scheduler')`;
}

for (const [kind, guess] of Object.entries(guesses)) {
  Deno.test(`a guessed token for a ${kind} reads one row a token by an index, and writes and locks nothing`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    const { orgId, integrationId } = await createTenant(sql, platform);
    const [run] = await sql<{ run_id: string }[]>`
      insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
      values (${orgId}, ${integrationId}, 'webhook', 'api', now() + interval '1 hour') returning run_id`;
    await sql`insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
      values (${run?.run_id ?? null}, 1, sha256('token'), now() + interval '1 hour')`;
    await sql`insert into sync_scheduler.connection_checks (integration_id, token_hash, requested_at, ended_at)
      values (${integrationId}, sha256('token'), now(), now()) on conflict do nothing`;

    await sql.begin(async (tx) => {
      // The counters of a transaction still hold what the connection did before it, until the server takes them over.
      const [before] = await readCost(tx);
      await assert.rejects(
        tx.savepoint((inner) => guess(inner, { runId: run?.run_id ?? "", integrationId, orgId })),
        { code: "PT401", message: "invalid_token" },
      );
      const [after] = await readCost(tx);
      if (before === undefined || after === undefined) throw new Error("the counters always answer");
      // Whatever writes or locks a row takes a transaction id.
      assert.equal(after.xid, null);
      assert.equal(after.scanned - before.scanned, 0);
      const read = after.read - before.read;
      assert.ok(read <= 53, `${read} rows are read`);
    });
    await sql`delete from public.sync_run_log where run_id = ${run?.run_id ?? null}`;
  });
}
