begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(7);

update public.sync_integrations set run_deadline = '1 hour';
select pg_temp.begin_run('waiting');
create temporary table before as select deadline_at from pg_temp.run();
select pg_temp.pause();
select pg_temp.let_pass('3 days');
select sync_scheduler.tick();
select is((pg_temp.run()).status::text, 'pending', 'a run that is paused for longer than its deadline does not fail');
select pg_temp.resume();
select is((pg_temp.run()).deadline_at, (select deadline_at from before), 'its deadline has moved by the pause');
select sync_scheduler.tick();
select is((pg_temp.run()).attempt, 2, 'it goes on');

-- Twice in one run.
select pg_temp.pause();
select pg_temp.let_pass('1 day');
select pg_temp.pause();
select pg_temp.let_pass('1 day');
select pg_temp.resume();
select is((pg_temp.run()).deadline_at, (select deadline_at from before), 'a pause that is prolonged counts once, and whole');

-- Outside of the pause it runs.
select pg_temp.let_pass('59 minutes');
select sync_scheduler.tick();
select is((pg_temp.run()).attempt, 3, 'before its deadline it is posted');
-- Its vendor had asked for 40 seconds, which are not the run's own.
select pg_temp.let_pass('2 minutes');
select sync_scheduler.tick();
select is((select error_code from public.sync_run_log where org_id = sync_test.id('org a')), 'deadline_exceeded',
  'and after it fails');
select is_empty('select from sync_scheduler.paused_runs', 'nothing of the pause is left');

select * from finish();
rollback;
