begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(3);

delete from sync_scheduler.warmups;
create function pg_temp.warm(slot timestamptz, answered timestamptz) returns void language sql as $$
  insert into sync_scheduler.warmups (scheduled_for, token_hash, requested_at, answered_at)
  values (slot, '', slot - interval '30 seconds', answered)
$$;
-- A scheduled run that was dispatched so many seconds after its slot and claimed so many milliseconds later.
create function pg_temp.run(name text, slot timestamptz, late numeric, claim_ms numeric, boot numeric, cold boolean,
  by_whom public.sync_run_trigger default 'schedule')
returns void language sql as $$
  with run as (
    insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for, triggered_at,
      started_at, deadline_at, status, finished_at)
    select i.org_id, i.id, i.integration_type, by_whom, slot, slot + make_interval(secs => late),
      slot + make_interval(secs => late + claim_ms / 1000), now(), 'succeeded', now()
    from public.sync_integrations i where i.id = sync_test.id(name)
    returning *
  )
  insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, dispatched_at, claimed_at, boot_ms, cold_start,
    lease_expires_at, ended_at, outcome)
  select run_id, 1, '', triggered_at, started_at, boot, cold, now(), now(), 'succeeded' from run
$$;
select is_empty('select from sync_scheduler.warmup_statistics', 'without scheduled runs there is nothing to compare');

-- With a warm-up: two runs of one slot and one of another.
select pg_temp.warm(pg_temp.hour(1), pg_temp.hour(1) - interval '25 seconds');
select pg_temp.run('integration a', pg_temp.hour(1), 1, 20, 40, false);
select pg_temp.run('integration b', pg_temp.hour(1), 1, 30, 40, false);
select pg_temp.warm(pg_temp.hour(2), pg_temp.hour(2));
select pg_temp.run('integration a', pg_temp.hour(2), 2, 500, 60, true);
-- Without: none at all, one that was never answered, one that was answered too late.
select pg_temp.run('integration a', pg_temp.hour(3), 1, 400, 50, true);
select pg_temp.warm(pg_temp.hour(4), null);
select pg_temp.run('integration a', pg_temp.hour(4), 1, 600, 70, true);
select pg_temp.warm(pg_temp.hour(5), pg_temp.hour(5) + interval '1 millisecond');
select pg_temp.run('integration a', pg_temp.hour(5), 3, 500, 60, false);
-- Neither: late, made up for, older than the warm-ups that are kept.
select pg_temp.run('integration a', pg_temp.hour(6), 60, 9000, 9000, true);
select pg_temp.run('integration a', pg_temp.hour(7), 1, 9000, 9000, true, 'backfill');
select pg_temp.run('integration a', pg_temp.hour(24 * 7 + 1), 1, 9000, 9000, true);

select results_eq(
  $$ select with_warmup, slots, runs, cold_starts, p50_boot_ms, p95_boot_ms, round(p50_dispatch_to_claim_ms::numeric, 3),
       round(p50_drift_seconds::numeric, 3) from sync_scheduler.warmup_statistics order by 1 $$,
  $$ values (false, 3::bigint, 3::bigint, 2::bigint, 60::double precision, 69::double precision, 500.000, 1.600),
       (true, 2, 3, 1, 60, 60, 30.000, 1.030) $$,
  'slots with a warm-up are next to those without');

-- Only first attempts: a retry on a cold isolate is none of the slot's.
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, claimed_at, boot_ms, cold_start, lease_expires_at)
select run_id, 2, '', now(), 1, true, now() from public.sync_run_log where scheduled_for = pg_temp.hour(1);
select is((select sum(cold_starts) from sync_scheduler.warmup_statistics), 3::numeric, 'first attempts count, no others');

select * from finish();
rollback;
