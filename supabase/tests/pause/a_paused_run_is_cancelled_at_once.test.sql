begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(8);

create function pg_temp.cancel() returns text language plpgsql as $$
declare
  answer text;
begin
  perform sync_test.act_as('coordinator');
  select status::text into answer from public.cancel_integration_sync((
    select run_id from public.sync_run_log where finished_at is null and org_id = sync_test.id('org a')));
  perform sync_test.act_as('owner');
  return answer;
end
$$;

select pg_temp.begin_run('waiting');
select pg_temp.pause();
select is(pg_temp.cancel(), 'cancelled', 'a run that waits for the end of a pause is cancelled at once');
select is((select notice from public.sync_run_log where org_id = sync_test.id('org a')), null, 'it waits for nothing');
select is_empty('select from sync_scheduler.paused_runs', 'nothing of its pause is left');
select lives_ok($$ select pg_temp.resume() $$, 'the pause ends');
select is((select status::text from public.sync_run_log where org_id = sync_test.id('org a')), 'cancelled',
  'which changes nothing of the run');

-- Asked to cancel before the pause, or in it, while the worker is at work.
delete from public.sync_run_log;
select pg_temp.begin_run('running');
select pg_temp.pause();
select is(pg_temp.cancel(), 'running', 'a run whose worker is at work is asked to stop');
select is(pg_temp.reserve() ->> 'cancel_requested', 'true', 'which the worker hears with the pause');
select is(pg_temp.finish('paused'), 'cancelled', 'its end is that of the run');

select * from finish();
rollback;
