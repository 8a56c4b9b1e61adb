begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(18);

create function pg_temp.backfill(since timestamptz, until timestamptz) returns integer language sql as $$
  select public.backfill_integration_sync(sync_test.id('org a'), 'webhook', since, until, 'The server was moved')
$$;
create function pg_temp.run_next() returns void language plpgsql as $$
begin
  perform sync_scheduler.tick();
  perform pg_temp.work(pg_temp.active_run('integration a'));
end
$$;

-- Five hours ago one slot ran; the others were skipped, for one reason or another.
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, skip_reason,
  deadline_at, finished_at)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', status, 'schedule', pg_temp.hour(ago), reason, now(), now()
from (values (7, 'skipped'::public.sync_run_status, 'missed'::public.sync_skip_reason), (6, 'skipped', 'missed'),
    (5, 'succeeded', null), (4, 'skipped', 'overlap'), (3, 'skipped', 'coalesced'))
  past (ago, status, reason);

select sync_test.act_as('admin');
select is(pg_temp.backfill(pg_temp.hour(6), pg_temp.hour(2)), 3, 'slots that were skipped are added');
select is(pg_temp.backfill(pg_temp.hour(6), pg_temp.hour(2)), 0, 'once more adds none');
select sync_test.act_as('owner');
select results_eq($$ select actor_id, action, reason, details ->> 'slots' from public.sync_audit_log $$,
  $$ values (sync_test.id('admin'), 'backfill', 'The server was moved', '3') $$, 'and is audited once');

select sync_scheduler.tick();
select results_eq(
  $$ select scheduled_for, triggered_by::text, triggered_by_user_id from public.sync_run_log where status = 'pending' $$,
  $$ values (pg_temp.hour(6), 'backfill', sync_test.id('admin')) $$, 'the earliest runs first');
select sync_scheduler.tick();
select is(count(*)::integer, 1, 'one at a time') from public.sync_run_log where status = 'pending';
select pg_temp.work(pg_temp.active_run('integration a'));
select pg_temp.run_next();
select pg_temp.run_next();
select results_eq($$ select * from pg_temp.slots('integration a') $$,
  $$ values (7, 'skipped', 'missed'), (6, 'skipped', 'missed'), (6, 'failed', null), (5, 'succeeded', null), (4, 'skipped', 'overlap'),
     (4, 'failed', null), (3, 'skipped', 'coalesced'), (3, 'failed', null) $$,
  'each slot has run once; that it was skipped before stays on record');
select sync_scheduler.tick();
select is_empty($$ select from sync_scheduler.queued_slots $$, 'nothing waits');
select is(pg_temp.active_run('integration a'), null, 'nothing runs');
select sync_test.act_as('admin');
select is(pg_temp.backfill(pg_temp.hour(6), pg_temp.hour(2)), 0, 'a slot that was made up for is not made up for again');
select is_empty($$ select from public.sync_alerts where kind = 'drift' $$, 'a backfill has no drift');

select throws_ok($$ select pg_temp.backfill(now(), now() - interval '1 hour') $$, 'PT422', 'invalid_period', 'an empty period');
select throws_ok($$ select pg_temp.backfill(now() - interval '1 hour', null) $$, 'PT422', 'invalid_period', 'a period without an end');
select throws_ok($$ select pg_temp.backfill(now(), now() + interval '1 hour') $$, 'PT422', 'invalid_period', 'the future');
select throws_ok($$ select pg_temp.backfill(now() - interval '100 days', now()) $$, 'PT422', 'invalid_period',
  'a time that the log no longer knows');
select sync_test.act_as('owner');
select sync_scheduler.skip_slots(i, array(select pg_temp.hour(n) from generate_series(100, 1100) n), 'overlap')
from public.sync_integrations i where i.id = sync_test.id('integration a');
select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.backfill(now() - interval '60 days', now()) $$, 'PT422', 'invalid_period',
  'more than a thousand slots');


-- A slot of the schedule comes while a backfill runs.
select sync_test.act_as('owner');
delete from sync_scheduler.queued_slots;
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
select sync_test.id('integration b'), pg_temp.hour(n), 'backfill' from generate_series(5, 7) n;
select sync_scheduler.tick();
select pg_temp.make_due('integration b', pg_temp.hour());
select sync_scheduler.tick();
select is_empty($$ select from pg_temp.slots('integration b') where status = 'skipped' $$,
  'a backfill costs the schedule no slot: it waits, whatever the overlap policy');
select pg_temp.work(pg_temp.active_run('integration b'));
select sync_scheduler.tick();
select is((select scheduled_for from public.sync_run_log where run_id = pg_temp.active_run('integration b')), pg_temp.hour(),
  'and runs before what is left of the backfill');

-- The schedule is taken out while one of its slots waits, and two of a backfill.
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(1), 'schedule');
update public.sync_integrations set schedule = null where id = sync_test.id('integration b');
select results_eq($$ select scheduled_for, triggered_by::text from sync_scheduler.queued_slots order by 1 $$,
  $$ values (pg_temp.hour(6), 'backfill'), (pg_temp.hour(5), 'backfill') $$, 'without a schedule its slot is called off, and the backfill goes on');

select * from finish();
rollback;
