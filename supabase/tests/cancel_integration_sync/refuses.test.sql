begin;
\ir ../fixtures.psql
select plan(8);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
grant select on run to public;
prepare cancel as select public.cancel_integration_sync(run_id) from run;

select sync_test.act_as('viewer');
select throws_ok('cancel', 'PT403', 'not_authorized', 'a viewer is refused');
select sync_test.act_as('outsider');
select throws_ok('cancel', 'PT403', 'not_authorized', 'another organisation is refused');
select throws_ok('select public.cancel_integration_sync(gen_random_uuid())', 'PT403', 'not_authorized',
  'a run that does not exist gets the same answer');
select throws_ok('select public.cancel_integration_sync(null)', 'PT403', 'not_authorized', 'so does null');
select sync_test.act_as('anon');
select throws_ok('cancel', '42501', null, 'anon has no right to execute it');
select sync_test.act_as('coordinator');
select throws_ok($$ select public.cancel_integration_sync(run_id, repeat('x', 501)) from run $$,
  'PT422', 'reason_too_long', 'a long reason is refused');
select sync_test.act_as('owner');
select is((select status::text from public.sync_run_log), 'pending', 'no refusal changed the run');
select sync_scheduler.finish_run(r, 'succeeded') from public.sync_run_log r join run using (run_id);
select sync_test.act_as('coordinator');
select throws_ok('cancel', 'PT409', 'run_not_active', 'a run that has ended is not cancelled');

select * from finish();
rollback;
