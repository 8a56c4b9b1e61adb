begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(6);

-- As if the server's time zone data had lost a name that it knew when the schedule was saved.
alter table public.sync_integrations disable trigger keep_next_run_at;
update public.sync_integrations set time_zone = 'Europe/Kyivv' where id = sync_test.id('integration a');
alter table public.sync_integrations enable trigger keep_next_run_at;
select pg_temp.make_due('integration a', pg_temp.hour());
select pg_temp.make_due('integration b', pg_temp.hour());

select sync_scheduler.tick();
select isnt(pg_temp.active_run('integration b'), null, 'the others start');
select is((select details ->> 'error' from public.sync_alerts where kind = 'start_failed'), 'invalid_time_zone', 'an alert says why it does not');
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.act_as('owner');
select sync_test.claim(run_id) from run;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'failed', 'transient', 'away', 'No answer.', 60) from run;
select is((select r.status::text from public.sync_run_log r join run using (run_id)), 'pending', 'a run that is started by hand is retried');
select sync_test.act_as('admin');
select lives_ok($$ select public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"max_attempts": 3}') $$,
  'other settings can be changed');
select is((select time_zone from public.configure_integration_sync(sync_test.id('org a'), 'webhook', '{"time_zone": "Europe/Kyiv"}')),
  'Europe/Kyiv', 'and so can the zone');
select sync_test.act_as('owner');
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'skipped', 'schedule_changed') $$,
  'the slot that was due is on record');

select * from finish();
rollback;
