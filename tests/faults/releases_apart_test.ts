import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { ownPlatformTest } from "../support/local_only.ts";
import { createTenant, trigger } from "../support/tenant.ts";

// The database is pushed before the function is deployed, or the other way round, and no person notices for a while.
ownPlatformTest(
  "runs wait, and are not lost, while the database and the function are of releases apart",
  async (platform) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform, { entries: 30, receiver: platform.receiver });
    const speak = (protocols: string) =>
      sql.unsafe(`create or replace function sync_scheduler.worker_protocols() returns int4range
      language plpgsql immutable set search_path = pg_catalog, pg_temp as $$ begin return '${protocols}'; end; $$`);
    const read = async (runId: string) => {
      const [row] = await sql`
      select r.status::text, r.notice, r.attempt, a.claimed_at, a.response_status
      from public.sync_run_log r join sync_scheduler.run_attempts a using (run_id, attempt) where r.run_id = ${runId}`;
      return row;
    };
    const dispatchAgain = async (runId: string) => {
      await sql`update sync_scheduler.run_attempts set lease_expires_at = now()
        where run_id = ${runId} and ended_at is null`;
      await sql`select sync_scheduler.recover_runs()`;
    };
    const [original] = await sql<{ source: string }[]>`
      select pg_get_functiondef('sync_scheduler.worker_protocols()'::regprocedure) as source`;
    assert.ok(original);
    await using _ = { [Symbol.asyncDispose]: async () => void await sql.unsafe(original.source) };

    await speak("[2,5)");
    const runId = await trigger(tenant);
    await until("the function is refused", async () => (await read(runId))?.notice === "function_outdated");
    await speak("[0,1)");
    await dispatchAgain(runId);
    await until("the schema is too old now", async () => (await read(runId))?.notice === "schema_outdated");
    const waiting = await read(runId);
    assert.deepEqual([waiting?.status, waiting?.attempt, waiting?.claimed_at], ["pending", 1, null]);
    assert.match(await Deno.readTextFile(platform.edgeFunction.logFile), /version_mismatch/);
    assert.equal(platform.receiver.ledger.size, 0);

    await speak("[1,2)");
    await dispatchAgain(runId);
    await until("the run succeeds", async () => (await read(runId))?.status === "succeeded");
    assert.equal((await read(runId))?.attempt, 1, "no attempt was used up");
  },
);
