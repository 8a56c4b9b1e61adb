begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(9);

select pg_temp.begin_run('dispatched');
create temporary table old as select run_id, sync_test.token(run_id) as token from pg_temp.run();
select pg_temp.pause();
select is((pg_temp.run()).notice, 'integration_paused', 'a run that is posted waits');
select is((pg_temp.current_attempt()).outcome::text, 'paused', 'its attempt is over');
select throws_ok($$ select public.sync_worker_claim(run_id, 1, token, sync_test.id('boot'), 25, false) from old $$,
  'PT409', 'attempt_not_current', 'the posted dispatch claims nothing');
select pg_temp.let_pass('1 hour');
select is(sync_scheduler.has_work(), false, 'no tick has work with it');
select sync_scheduler.tick();
select is(pg_temp.posted(), 1, 'it is not posted again');

select pg_temp.resume();
select sync_scheduler.tick();
select is(pg_temp.posted(), 2, 'after the pause it is posted');
select throws_ok($$ select public.sync_worker_claim(run_id, 1, token, sync_test.id('boot'), 25, false) from old $$,
  'PT409', 'attempt_not_current', 'the old dispatch claims nothing');
select sync_test.claim((pg_temp.run()).run_id, 2);
select is((pg_temp.run()).status::text, 'running', 'the new one does');
select is((select f.burnt from sync_scheduler.count_failures(pg_temp.run()) f), 0, 'no attempt is burnt');

select * from finish();
rollback;
