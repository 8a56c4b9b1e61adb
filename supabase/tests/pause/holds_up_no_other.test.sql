-- A run that waits for the end of a pause takes no place, is not late, and is named where people look.
begin;
\ir ../fixtures.psql
\ir ../schedule.psql
\ir ../pause.psql
select plan(11);

update sync_scheduler.settings set max_active_per_org = 1, max_active_per_type = 1;
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.start_due_runs();
select is((pg_temp.run()).scheduled_for, pg_temp.hour(), 'a slot starts');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(1), 'backfill');
select is(sync_scheduler.start_queued_slots(), 0, 'and takes the only place');
select pg_temp.pause();
select is(sync_scheduler.start_queued_slots(), 1, 'while it waits, its place is free');
delete from public.sync_run_log where integration_id = sync_test.id('integration b');
select pg_temp.make_due('integration b', pg_temp.hour());
select sync_scheduler.start_due_runs();
select isnt(pg_temp.active_run('integration b'), null, 'a slot of another organisation starts');

update public.sync_integrations set next_run_at = now() + interval '2 minutes', next_tick_at = now() + interval '2 minutes';
delete from public.sync_run_log where integration_id = sync_test.id('integration b');
update public.sync_run_log set scheduled_for = now() - interval '1 day';
select is(sync_scheduler.has_work(), false, 'no tick has work with a slot that waits');
select sync_scheduler.watch_drift();
select is_empty($$ select from public.sync_alerts where kind = 'drift' $$, 'it is not late');
select results_eq($$ select state, reason from public.explain_sync_slots(sync_test.id('org a'), 'webhook',
    now() - interval '25 hours', now() - interval '23 hours') where run_id is not null $$,
  $$ values ('pending', 'integration_paused') $$, 'the slot says what it waits for') from sync_test.act_as('service_role');
select results_eq($$ select active_run_id, active_notice, button_message from public.sync_overview(sync_test.id('org a')) $$,
  $$ select run_id, 'integration_paused', 'integration_paused' from public.sync_run_log where notice is not null $$,
  'the overview names the run');
select sync_test.act_as('owner');

select pg_temp.resume();
select sync_scheduler.tick();
select sync_test.claim((pg_temp.run()).run_id, 2);
select is_empty($$ select from public.sync_alerts where kind = 'drift' $$, 'that it starts after the pause raises no alert');
select is((pg_temp.run()).status::text, 'running', 'it runs');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(1), 'backfill');
select is(sync_scheduler.start_queued_slots(), 0, 'and takes its place');

select * from finish();
rollback;
