begin;
\ir ../fixtures.sql
\ir ../schedule.sql
select plan(14);

create function pg_temp.backfill(since timestamptz, until timestamptz) returns integer language sql as $$
  select public.backfill_integration_sync(sync_test.id('org a'), 'webhook', since, until, 'The server was moved')
$$;
create function pg_temp.run_next() returns void language plpgsql as $$
begin
  perform sync_scheduler.tick();
  perform pg_temp.work(pg_temp.active_run('integration a'));
end
$$;

-- Five hours ago one slot ran, four hours ago one was skipped; of the others nothing is known.
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for, skip_reason,
  deadline_at, finished_at)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', status, 'schedule', pg_temp.hour(ago), reason, now(), now()
from (values (5, 'succeeded'::public.sync_run_status, null::public.sync_skip_reason), (4, 'skipped', 'overlap'))
  past (ago, status, reason);

select sync_test.act_as('admin');
select is(pg_temp.backfill(pg_temp.hour(6), pg_temp.hour(2)), 3, 'slots that never ran are added, skipped ones too');
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
  $$ values (6, 'failed', null), (5, 'succeeded', null), (4, 'skipped', 'overlap'), (4, 'failed', null), (3, 'failed', null) $$,
  'each slot has run once; that it was skipped before stays on record');
select sync_scheduler.tick();
select is_empty($$ select from sync_scheduler.waiting_slots $$, 'nothing waits');
select is(pg_temp.active_run('integration a'), null, 'nothing runs');
select sync_test.act_as('admin');
select is(pg_temp.backfill(pg_temp.hour(6), pg_temp.hour(2)), 0, 'a slot that was made up for is not made up for again');
select is_empty($$ select from public.sync_alerts where kind = 'drift' $$, 'a backfill has no drift');

select throws_ok($$ select pg_temp.backfill(now(), now() - interval '1 hour') $$, 'PT422', 'invalid_period', 'an empty period');
select throws_ok($$ select pg_temp.backfill(now(), now() + interval '1 hour') $$, 'PT422', 'invalid_period', 'the future');
select throws_ok($$ select pg_temp.backfill(now() - interval '100 days', now()) $$, 'PT422', 'invalid_period',
  'a time of which the log knows nothing any more');
select throws_ok($$ select pg_temp.backfill(now() - interval '60 days', now()) $$, 'PT422', 'invalid_period',
  'more than a thousand slots');

select * from finish();
rollback;
