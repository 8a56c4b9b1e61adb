begin;
\ir ../fixtures.psql
select plan(5);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;

-- pg_net or the function lost the request, and pg_cron is dead too.
update sync_scheduler.run_attempts set lease_expires_at = now();
select is(sync_test.trigger_as('coordinator'), (select run_id from run), 'a press returns the undelivered run');
select is((select dispatch_count from sync_scheduler.run_attempts), 2, 'and dispatches it again');

select sync_test.claim(run_id) from run;
update sync_scheduler.run_attempts set lease_expires_at = now();
update public.sync_integrations set retry_base = '0 seconds';
select is(sync_test.trigger_as('admin'), (select run_id from run), 'a press returns the run of a dead worker');
select results_eq(
  'select attempt, outcome::text from sync_scheduler.run_attempts order by attempt',
  $$ values (1, 'lost'), (2, null) $$, 'with a new attempt');

update public.sync_run_log set deadline_at = now(), triggered_at = now() - interval '6 hours';
select isnt(sync_test.trigger_as('coordinator'), (select run_id from run),
  'a run that has to fail makes room for a new one');

select * from finish();
rollback;
