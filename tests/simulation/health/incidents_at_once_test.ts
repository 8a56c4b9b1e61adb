/**
 * Organisations that meet a vendor's failure, or its return, at the same moment, on real connections.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { pauseJobs } from "../../support/ticks.ts";
import { useTypeHost } from "../../support/type_host.ts";

/** One integration each on a host of the test's own, with a check that a worker has claimed. */
async function claimedChecks(
  sql: Sql,
  host: string,
  count: number,
): Promise<{ id: string; token: string }[]> {
  await sql`update sync_scheduler.settings set function_url = coalesce(function_url, 'http://127.0.0.1:9/') where true`;
  const ids = await sql<{ id: string }[]>`
    with org as (insert into public.organizations (name) select 'At once ' || n from generate_series(1, ${count}::int) n returning id)
    insert into public.sync_integrations (org_id, integration_type, config)
    select id, 'webhook', jsonb_build_object('url', 'https://' || ${host} || '/') from org returning id`;
  return await recheck(sql, ids.map(({ id }) => id));
}

async function recheck(sql: Sql, ids: readonly string[]): Promise<{ id: string; token: string }[]> {
  return await sql.begin(async (tx) => {
    await tx`select sync_scheduler.post_checks(${ids as string[]}::uuid[], by_tick => true)`;
    // Only this test answers them.
    const probes = await tx<{ id: string; token: string }[]>`
      with taken as (
        delete from net.http_request_queue q where exists (
          select from jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes') p
          where p ->> 'integration_id' = any (${ids as string[]}))
        returning convert_from(q.body, 'UTF8')::jsonb -> 'probes' as probes
      )
      select p ->> 'integration_id' as id, p ->> 'token' as token from taken, jsonb_array_elements(taken.probes) p`;
    await tx`select public.sync_worker_claim_probes(${
      tx.json(probes.map(({ id, token }) => ({ integration_id: id, token })))
    })`;
    return [...probes];
  });
}

const incidents = (sql: Sql, host: string) =>
  sql`select affected, ended_at is null as open from public.sync_vendor_incidents where host = ${host} order by began_at`;
const alerts = (sql: Sql, host: string) =>
  sql`select count, resolved_at is null as open from public.sync_alerts
    where kind = 'vendor_incident' and details ->> 'host' = ${host} order by first_seen_at`;

Deno.test("organisations that cannot reach a vendor at the same moment open one incident with one alert", async () => {
  const platform = await usePlatform();
  await using database = connect(platform.adminUrl, 12);
  const { sql } = database;
  for (let round = 0; round < 5; round++) {
    const host = `at-once-${crypto.randomUUID()}.example`;
    await using _type = await useTypeHost(sql, host);
    const probes = await claimedChecks(sql, host, 12);
    // Each sees the others only once they have committed.
    await Promise.all(
      probes.map(({ id, token }) =>
        sql`select public.sync_worker_finish_probe(${id}, ${token}, 'failed', 'transient', 'webhook_timeout', 'No answer.', blames => 'vendor')`
      ),
    );
    assert.deepEqual([...await incidents(sql, host)], [{ affected: 12, open: true }]);
    assert.deepEqual([...await alerts(sql, host)], [{ count: 1, open: true }]);

    // And back: some still fail while others get through.
    const again = await recheck(sql, probes.map(({ id }) => id));
    await Promise.all(
      again.map(({ id, token }, n) =>
        n % 3 === 0
          ? sql`select public.sync_worker_finish_probe(${id}, ${token}, 'answered', latency_ms => 5)`
          : sql`select public.sync_worker_finish_probe(${id}, ${token}, 'failed', 'transient', 'webhook_timeout', 'No answer.', blames => 'vendor')`
      ),
    );
    const [first, ...more] = await incidents(sql, host);
    assert.deepEqual(first?.open, false, "the first answer ends it");
    assert.ok(more.length <= 1, "those that fail after it are at most one further");
    assert.equal(
      (await alerts(sql, host)).filter(({ open }) => open).length,
      more.filter(({ open }) => open).length,
    );
    await sql`delete from public.organizations where id in (
      select org_id from public.sync_integrations where id = any (${probes.map(({ id }) => id)}))`;
    await sql`update public.sync_vendor_incidents set ended_at = now() where host = ${host} and ended_at is null`;
  }
});

localTest("ticks at once ask no vendor twice", async (platform) => {
  await using database = connect(platform.adminUrl, 6);
  const { sql } = database;
  await pauseJobs(sql);
  const ids = (await claimedChecks(sql, "ticks.example", 20)).map(({ id }) => id);
  await sql`truncate sync_scheduler.connection_checks`;
  await sql`update public.sync_integration_health set next_check_at = now() - interval '1 second'`;
  const asked = await Promise.all(
    Array.from({ length: 6 }, () => sql<{ n: number }[]>`select sync_scheduler.run_due_checks() as n`),
  );
  assert.equal(asked.reduce((sum, rows) => sum + (rows[0]?.n ?? 0), 0), ids.length);
});
