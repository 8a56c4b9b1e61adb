begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(14);

create function pg_temp.backfill() returns integer language sql as $$
  select public.backfill_integration_sync(sync_test.id('org a'), 'webhook', pg_temp.hour(9), pg_temp.hour(2))
$$;
create function pg_temp.cancel(reason text default 'The slots are not needed') returns integer language sql as $$
  select public.cancel_integration_backfill(sync_test.id('org a'), 'webhook', reason)
$$;
-- Seven slots were skipped, in both organisations.
select sync_scheduler.skip_slots(i, array(select pg_temp.hour(n) from generate_series(3, 9) n), 'overlap')
from public.sync_integrations i;
update public.sync_integrations set schedule = pg_temp.yearly();
select sync_test.act_as('outsider');
select public.backfill_integration_sync(sync_test.id('org b'), 'webhook', pg_temp.hour(9), pg_temp.hour(2));

select sync_test.act_as('admin');
select is(pg_temp.cancel(), 0, 'without a backfill there is nothing to take back');
select is(pg_temp.backfill(), 7, 'a backfill of seven slots');
select sync_test.act_as('owner');
select sync_scheduler.start_queued_slots();
select results_eq($$ select scheduled_for from public.sync_run_log where status = 'pending' and org_id = sync_test.id('org a') $$,
  $$ values (pg_temp.hour(9)) $$, 'the first slot runs');
-- A slot of the schedule waits too.
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(1), 'schedule');

select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.cancel(repeat('x', 501)) $$, 'PT422', 'reason_too_long', 'a long reason is refused');
select is(pg_temp.cancel(), 6, 'what has not begun is taken back');
select is(pg_temp.cancel(), 0, 'once more changes nothing');
select results_eq(
  $$ select distinct state, reason from public.explain_sync_slots(sync_test.id('org a'), 'webhook', pg_temp.hour(8), pg_temp.hour(2)) $$,
  $$ values ('skipped', 'overlap') $$, 'the slots show as skipped again');
select sync_test.act_as('owner');
select results_eq($$ select triggered_by::text from sync_scheduler.queued_slots where integration_id = sync_test.id('integration a') $$,
  $$ values ('schedule') $$, 'a slot of the schedule waits on');
select is(count(*)::integer, 6, 'the backfill of the other organisation stays')
from sync_scheduler.queued_slots where integration_id = sync_test.id('integration b');
select results_eq($$ select actor_id, reason, details ->> 'slots' from public.sync_audit_log where action = 'cancel_backfill' $$,
  $$ values (sync_test.id('admin'), 'The slots are not needed', '6') $$, 'it is audited once');
select isnt(pg_temp.active_run('integration a'), null, 'the run of the first slot goes on');

delete from sync_scheduler.queued_slots where triggered_by = 'schedule';
select pg_temp.work(pg_temp.active_run('integration a'));
select sync_scheduler.start_queued_slots();
select is(pg_temp.active_run('integration a'), null, 'nothing of the backfill starts after it');
select sync_test.act_as('admin');
select is(pg_temp.backfill(), 6, 'the slots can be backfilled later');
select sync_test.act_as('service_role');
select is(pg_temp.cancel(), 6, 'the service role may take it back too');

select * from finish();
rollback;
