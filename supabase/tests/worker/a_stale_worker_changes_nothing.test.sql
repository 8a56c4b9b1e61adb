begin;
\ir ../fixtures.psql
select plan(7);

update public.sync_integrations set retry_base = '0 seconds';
create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, token, 5) as batch from run;
update sync_scheduler.run_attempts set lease_expires_at = now();
select sync_scheduler.recover_runs();
create temporary table before as select r.*, e.states from public.sync_run_log r,
  (select array_agg(state order by entry_id) as states from public.sync_export_entries) e;

select throws_ok('select public.sync_worker_heartbeat(run_id, 1, token) from run',
  'PT409', 'attempt_not_current', 'a late heartbeat is refused');
select throws_ok('select public.sync_worker_reserve_entries(run_id, 1, token, 5) from run',
  'PT409', 'attempt_not_current', 'a late reservation is refused');
select throws_ok(
  $$ select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid,
       sync_test.results(batch, 'exported')) from run, batch $$,
  'PT409', 'attempt_not_current', 'late results are refused');
select throws_ok($$ select public.sync_worker_finish(run_id, 1, token, 'succeeded') from run $$,
  'PT409', 'attempt_not_current', 'a late success is refused');
select results_eq(
  $$ select r.*, e.states from public.sync_run_log r,
       (select array_agg(state order by entry_id) as states from public.sync_export_entries) e $$,
  'select * from before', 'nothing has changed');

select sync_test.claim(run_id, 2) from run;
select is(
  (select public.sync_worker_reserve_entries(run_id, 2, sync_test.token(run_id), 5) - 'cancel_requested'
     - 'entries_total' - 'entries_done' - 'entries_failed' from run),
  (select jsonb_build_object('batch_id', batch -> 'batch_id', 'entries', batch -> 'entries', 'resend', true, 'left_over', false) from batch),
  'the new attempt gets the open batch first');
select is(
  (select public.sync_worker_finish(run_id, 2, sync_test.token(run_id), 'succeeded') ->> 'status' from run),
  'pending', 'a worker that leaves a batch open has not succeeded');

select * from finish();
rollback;
