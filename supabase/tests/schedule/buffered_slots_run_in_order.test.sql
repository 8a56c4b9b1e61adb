begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(5);

update public.sync_integrations set overlap_policy = 'buffer_one' where id = sync_test.id('integration a');
select sync_test.trigger_as('coordinator');
select pg_temp.make_due('integration a', pg_temp.hour());
-- The slot before it has waited since its hour came.
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(1), 'schedule');
-- The run ends between two ticks: the next one finds the one slot waiting and the other due.
select pg_temp.work(pg_temp.active_run('integration a'));
select sync_scheduler.tick();

select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (1, 'pending', null) $$,
  'the slot that waits starts before the one that is due');
select results_eq($$ select scheduled_for from sync_scheduler.queued_slots $$, $$ values (pg_temp.hour()) $$,
  'which waits in its place');
select is((select started from sync_scheduler.ticks where ticked_at = now() order by tick_id desc limit 1), 1, 'the tick counts it');

select pg_temp.work(pg_temp.active_run('integration a'));
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$,
  $$ values (1, 'failed', null), (0, 'pending', null) $$, 'and runs next');
select is_empty($$ select from sync_scheduler.queued_slots $$, 'then none waits');

select * from finish();
rollback;
