begin;
\ir ../fixtures.psql
select plan(5);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select is((select version from public.sync_run_log), 1::bigint, 'a run begins at version 1');
select sync_test.claim(run_id) from run;
select is((select version from public.sync_run_log), 2::bigint, 'each change raises its version');
select sync_scheduler.finish_run(r, 'cancelled') from public.sync_run_log r join run using (run_id);
select throws_ok($$ update public.sync_run_log set status = 'succeeded' $$, 'PT409', 'run_is_final',
  'cancelled never becomes succeeded');
select throws_ok($$ update public.sync_run_log set entries_done = 1 $$, 'PT409', 'run_is_final',
  'nor does anything else of it change');
select is((select sync_scheduler.recover_run(run_id) from run), false, 'the recovery leaves it alone');

select * from finish();
rollback;
