begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(5);

select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select pg_temp.work(pg_temp.active_run('integration a'));
-- A restored or wound back integration: the log knows that the slot has run.
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'failed', null) $$,
  'a slot that has run does not run again');
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')),
  pg_temp.hour(-1), 'and the integration goes on with the next one');

select throws_ok(
  $$ insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, scheduled_for, deadline_at)
     select org_id, integration_id, integration_type, 'backfill', scheduled_for, deadline_at from public.sync_run_log $$,
  '23505', null, 'a second run for a slot is impossible, whatever starts it');
select throws_ok(
  $$ insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
     select org_id, integration_id, integration_type, 'schedule', deadline_at from public.sync_run_log $$,
  '23514', null, 'a scheduled run without a slot too');

update public.sync_integrations set manual_cooldown = '0 seconds';
select sync_test.trigger_as('coordinator');
select is((select next_run_at from public.sync_integrations where id = sync_test.id('integration a')),
  pg_temp.hour(-1), 'a manual run consumes no slot');

select * from finish();
rollback;
