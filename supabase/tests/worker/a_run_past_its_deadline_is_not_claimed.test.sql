begin;
\ir ../fixtures.psql
select plan(3);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
update public.sync_run_log set deadline_at = now() where run_id = (select run_id from run);

select throws_ok('select sync_test.claim(run_id) from run', 'PT409', 'attempt_not_current',
  'an attempt whose run has no time left is not claimed');
select results_eq('select status::text, started_at from public.sync_run_log join run using (run_id)',
  $$ values ('pending', null::timestamptz) $$, 'the run has not started');
select results_eq('select claimed_at from sync_scheduler.run_attempts join run using (run_id)',
  'values (null::timestamptz)', 'nor has the attempt');

select * from finish();
rollback;
