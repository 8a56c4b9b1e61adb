/**
 * Two schedulers at once, as fast as they can: what makes a slot start once is the database, not that pg_cron calls
 * one tick after another.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../../support/connect.ts";
import { type IdleDatabase, idleTest } from "../../support/databases/idle_database.ts";

/** Twice the batch of a round. The start lock lets one tick at a time start them; neither may start one twice. */
const INTEGRATIONS = 1000;

/** Integrations with a slot that has come, the next one far away. */
async function prepare(sql: Sql): Promise<void> {
  // Nothing answers: the requests stay where they can be counted.
  await sql`create table public.caught_request (body jsonb not null)`;
  await sql.unsafe(
    `create function public.catch_request() returns trigger language plpgsql security definer as $$
    begin
      insert into public.caught_request values (convert_from(new.body, 'UTF8')::jsonb);
      return null;
    end $$`,
  );
  await sql`create trigger catch_request before insert on net.http_request_queue
    for each row execute function public.catch_request()`;
  await sql`update sync_scheduler.settings set function_url = 'http://caught.invalid/', max_active_per_type = 100000,
    claim_timeout = '10 minutes' where true`;
  await sql`
    with org as (
      insert into public.organizations (name) select 'Due ' || n from generate_series(1, ${INTEGRATIONS}::int) n returning id
    )
    insert into public.sync_integrations (org_id, integration_type, schedule, manual_cooldown)
    select id, 'webhook', '0 0 1 1 *', '0 seconds' from org`;
  await sql`update public.sync_integrations
    set next_run_at = date_trunc('minute', now()), next_tick_at = date_trunc('minute', now())`;
}

/** Ticks until nothing is left, and at least once. */
async function tickUntilDone(url: string, done: () => boolean): Promise<number> {
  await using database = connect(url);
  const { sql } = database;
  let ticks = 0;
  do {
    await sql`select sync_scheduler.tick()`;
    ticks++;
  } while (!done());
  return ticks;
}

/** Presses the trigger of integrations at random, as the host's backend; being refused is part of it. */
async function press(url: string, done: () => boolean): Promise<number> {
  await using database = connect(url);
  let accepted = 0;
  while (!done()) {
    try {
      await database.sql.begin(async (sql) => {
        await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
        await sql`select public.trigger_integration_sync(i.org_id, i.integration_type)
          from (select * from public.sync_integrations order by random() limit 1) i`;
      });
      accepted++;
    } catch (error) {
      if ((error as { code?: string }).code !== "PT409") throw error;
    }
  }
  return accepted;
}

/** Both schedulers, and others, until the tick has looked at every due integration. */
async function race(database: IdleDatabase, sql: Sql, others: (typeof press)[] = []): Promise<void> {
  let over = false;
  const watch = (async () => {
    for (let due = true; due;) {
      const [row] = await sql<{ due: boolean }[]>`
        select exists (select from public.sync_integrations where next_tick_at <= now()) as due`;
      due = row?.due ?? false;
    }
  })().finally(() => over = true);
  await Promise.all([
    watch,
    ...[tickUntilDone, tickUntilDone, ...others].map((act) => act(database.dbUrl, () => over)),
  ]);
  const ticks =
    await sql`select started, skipped from sync_scheduler.ticks where started + skipped > 0 order by tick_id`;
  console.log(
    `ticks that had work: ${ticks.map((t) => `${t.started} started, ${t.skipped} skipped`).join("; ")}`,
  );
}

async function assertTicksWentWell(sql: Sql): Promise<void> {
  const errors = await sql`select errors from sync_scheduler.ticks where errors is not null`;
  assert.deepEqual([...errors], [], "no tick had an error");
  const [database] = await sql<{ deadlocks: number }[]>`
    select deadlocks::int from pg_stat_database where datname = current_database()`;
  assert.equal(database?.deadlocks, 0, "deadlocks");
}

async function assertQueuedOnce(sql: Sql, runs: number): Promise<void> {
  const [requests] =
    await sql`select count(*)::int as requests, count(distinct body ->> 'run_id')::int as runs
    from public.caught_request`;
  assert.deepEqual({ ...requests }, { requests: runs, runs }, "no request is queued twice");
}

idleTest("two schedulers in a tight loop start 1,000 due integrations once each", async (database) => {
  await using admin = connect(database.adminUrl);
  const { sql } = admin;
  await prepare(sql);
  await race(database, sql);

  const [runs] = await sql`select count(*)::int as runs, count(distinct integration_id)::int as integrations,
    count(*) filter (where status = 'pending' and triggered_by = 'schedule')::int as started from public.sync_run_log`;
  assert.deepEqual({ ...runs }, { runs: INTEGRATIONS, integrations: INTEGRATIONS, started: INTEGRATIONS });
  await assertQueuedOnce(sql, INTEGRATIONS);
  const [ticks] = await sql`select sum(started)::int as started from sync_scheduler.ticks`;
  assert.equal(ticks?.started, INTEGRATIONS, "the ticks know what they started");
  await assertTicksWentWell(sql);
});

idleTest(
  "each slot runs or is skipped once when people press while two schedulers tick",
  async (database) => {
    await using admin = connect(database.adminUrl);
    const { sql } = admin;
    await prepare(sql);
    await race(database, sql, [press, press]);

    const slots = await sql<{ rows: number; scheduled: number; overlaps: number; pressed: number }[]>`
    select count(*)::int as rows, count(*) filter (where triggered_by = 'schedule' and status = 'pending')::int as scheduled,
      count(*) filter (where skip_reason = 'overlap')::int as overlaps, count(*) filter (where triggered_by = 'api')::int as pressed
    from public.sync_run_log group by integration_id`;
    assert.equal(slots.length, INTEGRATIONS);
    for (const slot of slots) {
      // Nothing ends here, so the run that came first is still active.
      const ran = slot.scheduled === 1 && slot.rows === 1;
      const overlapped = slot.overlaps === 1 && slot.pressed === 1 && slot.rows === 2;
      assert.ok(ran || overlapped, Deno.inspect(slot));
    }
    await assertQueuedOnce(sql, INTEGRATIONS);
    await assertTicksWentWell(sql);
  },
);

idleTest("a broken integration stops none of the others and stays due", async (database) => {
  await using admin = connect(database.adminUrl);
  const { sql } = admin;
  await prepare(sql);
  const [broken] = await sql<
    { id: string }[]
  >`select id from public.sync_integrations order by random() limit 1`;
  await sql.unsafe(`create function public.refuse() returns trigger language plpgsql as $$
    begin
      raise exception 'broken on purpose';
    end $$`);
  await sql.unsafe(`create trigger refuse before insert on public.sync_run_log
    for each row when (new.integration_id = '${broken?.id}') execute function public.refuse()`);
  await race(database, sql);
  const count = async () => {
    const [row] = await sql`select
      (select count(*)::int from public.sync_run_log where triggered_by = 'schedule' and status = 'pending') as started,
      (select count(*)::int from public.sync_alerts where kind = 'start_failed') as alerts,
      (select array_agg(id) from public.sync_integrations where next_run_at <= now()) as due`;
    return { ...row };
  };
  const others = { started: INTEGRATIONS - 1, alerts: 1, due: [broken?.id] };
  assert.deepEqual(await count(), others);
  await assertQueuedOnce(sql, INTEGRATIONS - 1);

  const aMinuteLater = () =>
    sql`update public.sync_integrations set next_tick_at = now() where id = ${broken?.id ?? ""}`;
  await aMinuteLater();
  await race(database, sql);
  assert.deepEqual(await count(), others, "tried again, and the alert is raised once");
  await sql`drop trigger refuse on public.sync_run_log`;
  await aMinuteLater();
  await race(database, sql);
  assert.deepEqual(await count(), { started: INTEGRATIONS, alerts: 1, due: null }, "fixed, it runs late");
  await assertTicksWentWell(sql);
});
