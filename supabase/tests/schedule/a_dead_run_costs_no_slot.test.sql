begin;
\ir ../fixtures.psql
\ir ../schedule.psql
select plan(3);

-- The scheduler was away; meanwhile the worker of a run died and its deadline passed.
select sync_test.claim(sync_test.trigger_as('coordinator'));
update public.sync_run_log set deadline_at = now() - interval '1 hour';
update sync_scheduler.run_attempts set lease_expires_at = now() - interval '2 hours';
select pg_temp.make_due('integration a', pg_temp.hour());
select sync_scheduler.tick();
select is((select error_code from public.sync_run_log where triggered_by = 'manual'), 'deadline_exceeded', 'the dead run ends');
select results_eq($$ select * from pg_temp.slots('integration a') $$, $$ values (0, 'pending', null) $$,
  'and the slot runs instead of overlapping with it');

select pg_temp.make_due('integration b', pg_temp.hour());
insert into public.sync_run_log (org_id, integration_id, integration_type, triggered_by, deadline_at)
select org_id, id, integration_type, 'api', now() + interval '1 hour' from public.sync_integrations where id = sync_test.id('integration b');
insert into sync_scheduler.run_attempts (run_id, attempt, token_hash, lease_expires_at)
select run_id, 1, '', now() + interval '1 hour' from public.sync_run_log where integration_id = sync_test.id('integration b');
select sync_scheduler.tick();
select results_eq($$ select * from pg_temp.slots('integration b') $$, $$ values (0, 'skipped', 'overlap') $$,
  'one that lives still overlaps');

select * from finish();
rollback;
