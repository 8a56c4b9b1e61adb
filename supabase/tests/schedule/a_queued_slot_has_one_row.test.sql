-- A clock that goes back while the schedule is saved anew shows the scheduler a slot again that is already waiting.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(5);

update public.sync_integrations set overlap_policy = 'buffer_one' where id = sync_test.id('integration a');
select sync_test.trigger_as('coordinator');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(1), 'schedule');

update public.sync_integrations set schedule = to_char(pg_temp.hour(1) at time zone 'UTC', 'MI HH24 DD MM *')
where id = sync_test.id('integration a');
select pg_temp.make_due('integration a', pg_temp.hour(1));
select sync_scheduler.tick();
select is_empty($$ select * from pg_temp.slots('integration a') $$, 'a due slot that waits is not skipped');
select ok((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')) > now(),
  'it has been dealt with');

update public.sync_integrations set schedule = '0 * * * *' where id = sync_test.id('integration a');
select pg_temp.make_due('integration a', pg_temp.hour(2));
-- The slot of another integration at the same time is none of its own.
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(2), 'schedule');
select sync_scheduler.start_due_runs();
delete from sync_scheduler.queued_slots where integration_id = sync_test.id('integration b');
select results_eq($$ select * from pg_temp.slots('integration a') $$,
  $$ values (2, 'skipped', 'coalesced'), (0, 'skipped', 'overlap') $$, 'nor is one of several that came late');

select pg_temp.work(pg_temp.active_run('integration a'));
select sync_scheduler.tick();
select is((select array_agg(status::text) from pg_temp.slots('integration a') where hours_ago = 1), '{pending}',
  'it runs when its turn comes');
select is_empty($$ select from sync_scheduler.queued_slots $$, 'and no longer waits');

select * from finish();
rollback;
