begin;
\ir ../fixtures.psql
select plan(20);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 3, retry_base = '1 hour';
create temporary table run (run_id uuid);
create function pg_temp.start(cold boolean) returns void language sql as $$
  update public.sync_run_log set status = 'cancelled', finished_at = now(), next_attempt_at = null where finished_at is null;
  delete from public.sync_alerts;
  truncate run;
  insert into run select sync_test.trigger_as('coordinator');
  select sync_test.claim(run_id, cold => cold) from run;
$$;
-- Ends the current attempt; attempt and status of the run come back, and whether the next one is under way.
create function pg_temp.fail(class text, retry_after numeric default null) returns text language plpgsql as $$
begin
  perform public.sync_worker_finish(r.run_id, r.attempt, sync_test.token(r.run_id), 'failed', class,
    'code', 'In words.', retry_after) from public.sync_run_log r join run using (run_id);
  return (select concat_ws(' ', r.attempt, r.status, case
    when r.next_attempt_at > now() then 'waits' when a.run_id is not null then 'dispatched' end)
    from public.sync_run_log r join run using (run_id)
    left join sync_scheduler.run_attempts a on a.run_id = r.run_id and a.attempt = r.attempt and a.ended_at is null);
end
$$;
create function pg_temp.next(cold boolean) returns void language plpgsql as $$
begin
  update public.sync_run_log r set next_attempt_at = now() from run
  where r.run_id = run.run_id and r.next_attempt_at is not null;
  perform sync_scheduler.recover_runs();
  perform sync_test.claim(r.run_id, r.attempt, cold) from public.sync_run_log r join run using (run_id);
end
$$;
create function pg_temp.alerts() returns integer language sql as $$
  select count(*)::integer from public.sync_alerts where kind = 'cold_start_failure'
$$;

select pg_temp.start(cold => true);
select is(pg_temp.fail('transient'), '2 pending dispatched', 'a failure on a cold start is retried at once');
select results_eq(
  $$ select a.kind::text, a.severity::text, a.integration_id, a.run_id, a.details ->> 'error_code', a.details ->> 'boot_ms'
     from public.sync_alerts a $$,
  $$ select 'cold_start_failure', 'warning', sync_test.id('integration a'), run_id, 'code', '25' from run $$,
  'and the incident is logged');
select pg_temp.next(cold => true);
select is(pg_temp.fail('transient'), '2 pending waits', 'once in a run: the next cold start waits its backoff');
select is(pg_temp.alerts(), 1, 'and logs nothing more');
select pg_temp.next(cold => false);
select is(pg_temp.fail('transient'), '3 failed', 'the retry at once counted as an attempt');

select pg_temp.start(cold => true);
select is(pg_temp.fail('ambiguous'), '2 pending dispatched', 'an ambiguous failure is retried at once too');

select pg_temp.start(cold => false);
select is(pg_temp.fail('transient'), '1 pending waits', 'on a warm isolate a failure waits its backoff');
select pg_temp.next(cold => true);
select is(pg_temp.fail('transient'), '3 pending dispatched', 'a later attempt may be the one that starts cold');

select pg_temp.start(cold => true);
select is(pg_temp.fail('rate_limited'), '1 pending waits', 'a rate limit waits');
select is(pg_temp.alerts(), 0, 'and is no incident');
select pg_temp.start(cold => true);
select is(pg_temp.fail('permanent'), '1 failed', 'a permanent error fails');
select is(pg_temp.alerts(), 0, 'and is no incident either');
select pg_temp.start(cold => true);
select is(pg_temp.fail('transient', 30), '1 pending waits', 'what the vendor asks to wait is waited');
select is(pg_temp.alerts(), 0, 'for then it was not the start that failed');

select pg_temp.start(cold => true);
update public.sync_run_log r set entries_done = 1 from run where r.run_id = run.run_id;
select is(pg_temp.fail('transient'), '1 pending waits', 'an attempt that got something done did not fail on its start');

update public.sync_integrations set max_attempts = 1;
select pg_temp.start(cold => true);
select is(pg_temp.fail('transient'), '1 failed', 'with the attempts used up the run fails');
select is(pg_temp.alerts(), 0, 'and nothing is retried at once');

update public.sync_integrations set max_attempts = 3;
select pg_temp.start(cold => true);
select public.cancel_integration_sync(run_id) from run, sync_test.act_as('coordinator');
select sync_test.act_as('owner');
select is(pg_temp.fail('transient'), '1 cancelled', 'a cancelled run is not retried');

-- A worker that dies on its start is noticed by its lease.
select pg_temp.start(cold => true);
update sync_scheduler.run_attempts a set lease_expires_at = now() from run where a.run_id = run.run_id;
select sync_scheduler.recover_runs();
select results_eq('select attempt, status::text, next_attempt_at from public.sync_run_log join run using (run_id)',
  $$ values (2, 'pending', null::timestamptz) $$, 'a worker lost on its cold start is replaced at once');
select is(pg_temp.alerts(), 1, 'and logged');

select * from finish();
rollback;
