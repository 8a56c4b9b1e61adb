begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(13);

select pg_temp.begin_run('waiting');
select pg_temp.pause();
select is((pg_temp.run()).notice, 'integration_paused', 'the run says what it waits for');
select is((pg_temp.run()).status::text, 'pending', 'it is pending');
select is((pg_temp.run()).next_attempt_at, null, 'it has no due instant');
select pg_temp.let_pass('10 seconds');
select pg_temp.resume();
select is((pg_temp.run()).next_attempt_at, now() + interval '30 seconds',
  'after a short pause the run waits for the rest of the vendor''s time');
select is((pg_temp.run()).notice, null, 'it says nothing of the pause any longer');
select is_empty('select from sync_scheduler.paused_runs', 'the pause is forgotten');

select pg_temp.pause();
select pg_temp.let_pass('1 hour');
select is(sync_scheduler.has_work(), false, 'no tick has work with it');
select sync_scheduler.tick();
select is(pg_temp.posted(), 1, 'no tick posts it');
select pg_temp.resume();
select is((pg_temp.run()).next_attempt_at, now(), 'after a long pause the run is due at once');
select is(sync_scheduler.has_work(), true, 'the tick has work with it');
select sync_scheduler.tick();
select is((pg_temp.run()).attempt, 2, 'its next attempt is posted');
select sync_test.claim((pg_temp.run()).run_id, 2);
select is((pg_temp.run()).status::text, 'running', 'a worker takes it');

-- Of a pause that has no record, as after a restore of what clients see, the length is not known.
delete from public.sync_run_log;
select pg_temp.begin_run('waiting');
select pg_temp.pause();
delete from sync_scheduler.paused_runs;
create temporary table deadline as select deadline_at from pg_temp.run();
select pg_temp.resume();
select results_eq($$ select notice, next_attempt_at, deadline_at from pg_temp.run() $$, $$ select null::text, now(), deadline_at from deadline $$,
  'a run whose pause was not recorded goes on as well');

select * from finish();
rollback;
