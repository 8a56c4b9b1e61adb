begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(4);

insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
values (sync_test.id('integration a'), pg_temp.hour(30), 'schedule'), (sync_test.id('integration b'), pg_temp.hour(1), 'schedule');
select sync_test.act_as('outsider');
select public.configure_integration_sync(sync_test.id('org b'), 'webhook', '{"schedule": null}');
select sync_test.act_as('owner');
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (1, 'skipped', 'schedule_changed') $$,
  'a schedule that ends takes its queued slot along, and says so');
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (30, 'skipped', 'missed') $$,
  'a slot that has waited for longer than the catch-up window is missed');
select is_empty($$ select from sync_scheduler.queued_slots $$, 'neither waits on');
select is(pg_temp.active_run('integration b'), null, 'nor runs');

select * from finish();
rollback;
