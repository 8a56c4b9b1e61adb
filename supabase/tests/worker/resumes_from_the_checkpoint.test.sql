begin;
\ir ../fixtures.psql
select plan(5);

create temporary table run as select run_id from sync_test.trigger_as('coordinator') run_id;
select is(sync_test.claim(run_id) -> 'checkpoint', 'null'::jsonb, 'a first attempt has no checkpoint') from run;
select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id), '{"page": 3}') from run;
select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id)) from run;
select throws_ok(
  $$ select public.sync_worker_heartbeat(run_id, 1, sync_test.token(run_id), to_jsonb(repeat('x', 65536))) from run $$,
  'PT422', 'invalid_worker_request', 'a checkpoint above 64 KiB is refused');
update public.sync_run_log set entries_done = 1;
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') from run;
select is(sync_test.claim(run_id, 2) -> 'checkpoint', '{"page": 3}', 'the next attempt gets the last one saved') from run;
select public.sync_worker_finish(run_id, 2, sync_test.token(run_id), 'continued', checkpoint => '{"page": 4}') from run;
select is(sync_test.claim(run_id, 3) -> 'checkpoint', '{"page": 4}', 'also one saved at the end') from run;
select is((select status::text from public.sync_run_log join run using (run_id)), 'running', 'it is all one run');

select * from finish();
rollback;
