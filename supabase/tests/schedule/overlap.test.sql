begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(9);

select sync_test.trigger_as('coordinator');
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'skipped', 'overlap') $$,
  'skip: a slot that meets an active run is recorded as skipped');

update public.sync_integrations set overlap_policy = 'buffer_one';
delete from public.sync_run_log where status = 'skipped';
select pg_temp.make_due('integration a', pg_temp.hour(1));
select sync_scheduler.start_slots(array[sync_test.id('integration a')]);
select sync_scheduler.start_due_runs();
select results_eq($$ select scheduled_for from sync_scheduler.queued_slots $$, $$ values (pg_temp.hour()) $$,
  'buffer_one: it waits, the last of several that came late');
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (1, 'skipped', 'coalesced') $$,
  'and has no row yet');
select pg_temp.make_due('integration a', pg_temp.hour());
delete from public.sync_run_log where status = 'skipped';
update sync_scheduler.queued_slots set scheduled_for = pg_temp.hour(1);
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'skipped', 'overlap') $$,
  'a second one finds the buffer full');

select pg_temp.work(pg_temp.active_run('integration a'));
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$,
  $$ values (1, 'pending', null), (0, 'skipped', 'overlap') $$, 'when the run ends, the queued slot runs');
select is_empty($$ select from sync_scheduler.queued_slots $$, 'and no longer waits');

insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(), 'schedule');
update public.sync_integrations set enabled = false where id = sync_test.id('integration b');
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'skipped', 'disabled') $$,
  'a queued slot of an integration that was switched off is recorded as skipped');
select is_empty($$ select from sync_scheduler.queued_slots $$, 'and no longer waits either');

-- Another integration waits for the slot that this one skips.
delete from public.sync_run_log;
update public.sync_integrations set enabled = true, overlap_policy = 'skip';
select sync_test.trigger_as('coordinator');
insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration b'), pg_temp.hour(), 'backfill');
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.start_due_runs();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'skipped', 'overlap') $$,
  'a slot is recorded as skipped, whatever else waits at that time');

select * from finish();
rollback;
