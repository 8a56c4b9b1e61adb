-- Each way on which a run goes from an attempt to the next one leads into the wait.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(25);

create function pg_temp.tries(what text, act text) returns setof text language plpgsql as $$
declare
  posted integer;
begin
  begin
    perform pg_temp.begin_run('running');
    perform pg_temp.reserve();
    perform pg_temp.pause();
    posted := pg_temp.posted();
    execute act;
    raise exception using errcode = 'ROLLB', message = format('%s|%s|%s|%s', (pg_temp.run()).status, (pg_temp.run()).notice,
      pg_temp.posted() - posted, sync_scheduler.has_work());
  exception when sqlstate 'ROLLB' then
    return next is(split_part(sqlerrm, '|', 1), 'pending', what || ': the run is pending');
    return next is(split_part(sqlerrm, '|', 2), 'integration_paused', what || ': it waits for the end of the pause');
    return next is(split_part(sqlerrm, '|', 3), '0', what || ': nothing is posted');
    return next is(split_part(sqlerrm, '|', 4), 'f', what || ': no tick has work with it');
  end;
end
$$;

select pg_temp.tries('the end of a slice',
  $$ select public.sync_worker_finish(r.run_id, r.attempt, sync_test.token(r.run_id), 'continued', checkpoint => '1')
     from pg_temp.run() r $$);
select pg_temp.tries('a failure', $$ select pg_temp.finish('failed', 'ambiguous') $$);
select pg_temp.tries('a rate limit', $$ select pg_temp.finish('failed', 'rate_limited', 600) $$);
select pg_temp.tries('a failure on a cold start, which is retried at once',
  $$ update sync_scheduler.run_attempts set cold_start = true; select pg_temp.finish('failed', 'transient') $$);
select pg_temp.tries('a worker that is lost',
  $$ update sync_scheduler.run_attempts set lease_expires_at = now(); select sync_scheduler.recover_runs() $$);
select pg_temp.tries('a worker that ends as paused', $$ select pg_temp.finish('paused') $$);
-- What the run's attempts are, when it goes on.
select pg_temp.begin_run('running');
select pg_temp.pause();
select pg_temp.finish('paused');
select pg_temp.resume();
select sync_scheduler.tick();
select results_eq($$ select a.attempt from sync_scheduler.run_attempts a order by 1 $$, $$ values (1), (2) $$, 'the wait is no attempt');

select * from finish();
rollback;
