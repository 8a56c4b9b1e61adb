import assert from "node:assert/strict";
import { usePlatform } from "../support/platform.ts";
import { createTenant } from "../support/tenant.ts";

Deno.test("a forged token is refused at once, whoever holds the run", async () => {
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
