/** The library and the console behind a Data API that gives two rows at once: `max_rows` of a project's settings. */
import assert from "node:assert/strict";
import { type Platform, startPlatform } from "../../../local/platform.ts";
import { SyncSchedulerRepository } from "../../../src/client/mod.ts";
import {
  countOutbox,
  fetchAlerts,
  fetchNextSlots,
  fetchOrganisations,
  fetchTimeline,
  fetchUndecided,
} from "../../../src/console/state/queries.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createTenant } from "../../support/tenant.ts";
import { pauseJobs } from "../../support/ticks.ts";

const MAX_ROWS = 2;
const { signal } = new AbortController();

let started: Promise<Platform> | undefined;
Deno.test.afterAll(async () => await (await started)?.stop());

async function setUp() {
  const platform = await (started ??= startPlatform({ maxRows: MAX_ROWS }));
  const database = connect(platform.adminUrl);
  await pauseJobs(database.sql);
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("admin");
  const syncs = new SyncSchedulerRepository(supabase);
  return { ...tenant, platform, database, sql: database.sql, supabase, syncs };
}

type Setting = Awaited<ReturnType<typeof setUp>>;

function cappedTest(name: string, test: (setting: Setting) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    async fn() {
      const setting = await setUp();
      await using _ = setting.database;
      await test(setting);
    },
  });
}

/** Hourly runs of the first November days, several of them triggered at the same instant. */
async function addRuns({ sql, orgId, integrationId }: Setting, count: number): Promise<string[]> {
  const rows = await sql<{ run_id: string }[]>`
    with added as (
      insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at,
        scheduled_for, deadline_at, started_at, finished_at)
      select ${orgId}, ${integrationId}, 'webhook', 'succeeded', 'schedule', date_trunc('day', slot), slot, slot, slot, slot
      from generate_series('2026-11-01 00:00+00'::timestamptz,
        '2026-11-01 00:00+00'::timestamptz + (${count}::integer - 1) * interval '8 hours', '8 hours') slot
      returning run_id, triggered_at)
    select run_id from added order by triggered_at desc, run_id desc`;
  return rows.map(({ run_id }) => run_id);
}

cappedTest("the cap is in force, for tables and for functions", async ({ supabase, orgId, ...setting }) => {
  await addRuns({ ...setting, supabase, orgId }, 5);
  assert.equal((await supabase.from("sync_run_log").select().eq("org_id", orgId)).data?.length, MAX_ROWS);
  const args = { org_id: orgId, integration_type: "webhook", n: 9, schedule: "@hourly" };
  assert.equal((await supabase.rpc("preview_sync_schedule", args)).data?.length, MAX_ROWS);
});

cappedTest("listRuns fills its pages and ends with the last run", async (setting) => {
  const runIds = await addRuns(setting, 11);
  for (const limit of [1, 2, 3, 10, 11, 12, 2000]) {
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const page = await setting.syncs.listRuns(setting.orgId, { limit, cursor });
      pages.push(page.runs.map(({ run_id }) => run_id));
      cursor = page.next;
    } while (cursor !== null);
    assert.deepEqual(pages.flat(), runIds, `limit ${limit}`);
    assert.ok(pages.slice(0, -1).every((page) => page.length === limit), `limit ${limit}`);
    assert.equal(pages.length, Math.ceil(runIds.length / limit), "no empty page at the end");
  }
  const period = { from: new Date("2026-11-03T00:00:00Z"), to: new Date("2026-11-05T00:00:00Z") };
  const some = await setting.syncs.listRuns(setting.orgId, { ...period, statuses: ["succeeded"] });
  assert.deepEqual([some.runs.length, some.next], [5, null]);
});

cappedTest("explainSlots gives every slot of a period", async (setting) => {
  await addRuns(setting, 21);
  await setting.sql`update public.sync_integrations set schedule = '0 */8 * * *', time_zone = 'UTC'
    where id = ${setting.integrationId}`;
  const explain = (from: string, to: string) =>
    setting.syncs.explainSlots(setting.orgId, "webhook", { from: new Date(from), to: new Date(to) });
  assert.equal((await explain("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z")).length, 21);
  assert.equal((await explain("2026-11-01T08:00:00Z", "2026-11-02T00:00:01Z")).length, 3);
  assert.equal((await explain("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z")).length, 0);
});

cappedTest("the overview has every integration", async ({ sql, orgId, syncs }) => {
  await sql`insert into public.sync_integrations (org_id, integration_type)
    values (${orgId}, 'xledger'), (${orgId}, 'dynamics')`;
  const types = (await syncs.overview(orgId)).map((row) => row.integration_type);
  assert.deepEqual(types.toSorted(), ["dynamics", "webhook", "xledger"]);
});

cappedTest("the console lists all organisations of a person, by name", async ({ sql, supabase, userIds }) => {
  await sql`
    with org as (insert into public.organizations (name) select 'Capped ' || n from generate_series(1, 6) n returning id)
    insert into public.organization_members (org_id, user_id, role) select id, ${userIds.admin}, 'viewer' from org`;
  const names = (await fetchOrganisations(supabase, userIds.admin)).map(({ name }) => name);
  assert.equal(names.length, 7);
  assert.deepEqual(names.slice(0, 6), [1, 2, 3, 4, 5, 6].map((n) => `Capped ${n}`));
});

cappedTest(
  "the console lists all alerts of the organisation and of vendors, and no other's",
  async (setting) => {
    const { sql, supabase, orgId, integrationId, userIds } = setting;
    // The person also belongs to another organisation, whose alerts they may read, but not here.
    const other = await createTenant(sql, setting.platform);
    await sql`insert into public.organization_members (org_id, user_id, role)
    values (${other.orgId}, ${userIds.admin}, 'viewer')`;
    for (const [org, integration] of [[orgId, integrationId], [other.orgId, other.integrationId]] as const) {
      await sql`
      insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, message, dedup_key, resolved_at)
      select ${org}, ${integration}, 'webhook', 'drift', 'warning', 'alert ' || n, ${org} || n,
        case when n > 5 then now() end
      from generate_series(1, 8) n`;
    }
    const alerts = await fetchAlerts(supabase, orgId, signal);
    const ours = alerts.filter((alert) => alert.org_id !== null);
    assert.equal(ours.length, 8);
    assert.ok(ours.every((alert) => alert.org_id === orgId));
    assert.deepEqual(ours.map((alert) => alert.resolved_at === null).lastIndexOf(true), 4, "open ones first");
  },
);

cappedTest("the console lists all entries that wait for a person, and counts the others", async (setting) => {
  const { sql, supabase, integrationId } = setting;
  await sql`
    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id,
      unknown_since)
    select ${integrationId}, 'e' || n, '2026-10', 'B-' || n, '{}',
      case when n <= 7 then 'rejected' when n <= 11 then 'unknown' else 'pending' end::public.sync_entry_state,
      case when n <= 11 then gen_random_uuid() end, case when n between 8 and 11 then now() end
    from generate_series(1, 16) n`;
  assert.equal((await fetchUndecided(supabase, integrationId, signal)).length, 7);
  assert.deepEqual(await countOutbox(supabase, integrationId, signal), { pending: 5, unknown: 4 });
});

cappedTest("the console lists the next slots and all steps of a run", async (setting) => {
  const { sql, supabase, orgId, integrationId } = setting;
  await sql`update public.sync_integrations set schedule = '@hourly' where id = ${integrationId}`;
  assert.equal((await fetchNextSlots(supabase, orgId, "webhook", signal)).length, 5);
  const [runId = ""] = await addRuns(setting, 1);
  await sql`insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at, claimed_at, boot_ms,
      first_vendor_byte_ms, ended_at, outcome)
    values (${runId}, 1, sha256('x'), now(), now(), 3, 5, now(), 'succeeded')`;
  const timeline = (await fetchTimeline(supabase, runId, signal)).map(({ step }) => step);
  assert.ok(timeline.length > MAX_ROWS, timeline.join());
  assert.equal(new Set(timeline).size, timeline.length);
});

cappedTest("a page behind a cursor begins at its place in an index", async ({ sql, orgId }) => {
  const instant = "2026-11-05T00:00:00Z";
  // The query of the library, as PostgREST writes it.
  const [row] = await sql.begin(async (transaction) => {
    await transaction`set local enable_seqscan = off`;
    await transaction`set local enable_bitmapscan = off`;
    return await transaction`
      explain (format json) select * from public.sync_run_log where org_id = ${orgId} and triggered_at <= ${instant}
        and (triggered_at < ${instant} or (triggered_at = ${instant} and run_id < ${orgId}))
      order by triggered_at desc, run_id desc limit 51`;
  });
  assert.match(JSON.stringify(row), /"Index Cond":"[^"]*triggered_at <= /);
});
