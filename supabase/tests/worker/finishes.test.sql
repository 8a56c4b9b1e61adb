begin;
\ir ../fixtures.psql
select plan(21);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 2, retry_base = '1 minute';
create temporary table run (run_id uuid);
create function pg_temp.start() returns void language sql as $$
  truncate run;
  insert into run select sync_test.trigger_as('coordinator');
  select sync_test.claim(run_id) from run;
$$;
-- Ends the current attempt; the status of the run comes back.
create function pg_temp.finish(outcome text, class text default null, retry_after numeric default null)
returns text language sql as $$
  select public.sync_worker_finish(r.run_id, r.attempt, sync_test.token(r.run_id), outcome, class,
    'code', 'In words.', retry_after) ->> 'status'
  from public.sync_run_log r join run using (run_id)
$$;
-- Says again how an attempt has ended.
create function pg_temp.repeat(number int, outcome text, class text default null) returns text language sql as $$
  select public.sync_worker_finish(run_id, number, sync_test.token(run_id), outcome, class) ->> 'status' from run
$$;
-- Lets the backoff pass and claims what comes of it.
create function pg_temp.next() returns void language plpgsql as $$
begin
  update public.sync_run_log r set next_attempt_at = now() from run where r.run_id = run.run_id;
  perform sync_scheduler.recover_runs();
  perform sync_test.claim(r.run_id, r.attempt) from public.sync_run_log r join run using (run_id);
end
$$;

select pg_temp.start();
select is(pg_temp.finish('succeeded'), 'succeeded', 'a run succeeds');
select is(pg_temp.finish('succeeded'), 'succeeded', 'the repetition of a lost answer is answered alike');
select throws_ok($$ select pg_temp.finish('failed', 'permanent') $$, 'PT409', 'attempt_not_current',
  'an ended attempt cannot end otherwise');

select pg_temp.start();
select is(pg_temp.finish('failed', 'permanent'), 'failed', 'a permanent error fails the run at once');
select results_eq('select error_code, error_message from public.sync_run_log join run using (run_id)',
  $$ values ('code', 'In words.') $$, 'and says why');

select pg_temp.start();
select is(pg_temp.finish('failed', 'transient'), 'pending', 'a transient error is retried');
select ok((select next_attempt_at between now() and now() + interval '1 minute'
  from public.sync_run_log join run using (run_id)), 'after a backoff below its base');
select pg_temp.next();
select is(pg_temp.finish('failed', 'ambiguous'), 'failed', 'the last failure in a row fails the run');

select pg_temp.start();
select is(pg_temp.finish('failed', 'transient'), 'pending', 'a first failure');
select pg_temp.next();
select is(pg_temp.finish('failed', 'rate_limited', 600), 'pending', 'a rate limit burns no attempt');
select ok((select next_attempt_at >= now() + interval '10 minutes' from public.sync_run_log join run using (run_id)),
  'and waits as long as the vendor says');
select pg_temp.next();
select is(pg_temp.finish('failed', 'rate_limited'), 'pending', 'nor without a hint');
select ok((select next_attempt_at >= now() + interval '5 seconds' from public.sync_run_log join run using (run_id)),
  'but it is never asked again at once');
select pg_temp.next();
update public.sync_run_log r set entries_done = 1 from run where r.run_id = run.run_id;
select is(pg_temp.finish('continued'), 'pending', 'the end of a slice dispatches the next attempt');
select is((select attempt from public.sync_run_log join run using (run_id)), 5, 'at once');
select sync_test.claim(run_id, 5) from run;
select pg_temp.finish('continued');
select is((select error_code from public.sync_run_log join run using (run_id)), 'no_progress',
  'a slice that got nowhere is a failure');

select is(pg_temp.repeat(5, 'continued'), 'pending', 'which the repetition of its lost answer returns, too');
select throws_ok($$ select pg_temp.repeat(5, 'failed', 'transient') $$, 'PT409', 'attempt_not_current',
  'and nothing else: a failure is what the engine made of it');
update public.sync_run_log set next_attempt_at = now() where status = 'pending';
select sync_scheduler.recover_runs();
select sync_test.claim(run_id, 6) from run;
select public.sync_worker_reserve_entries(run_id, 6, sync_test.token(run_id), 2) from run;
select pg_temp.finish('succeeded');
select is((select error_code from public.sync_run_log join run using (run_id)), 'entries_unresolved',
  'a success with a batch open is none');
select is(pg_temp.repeat(6, 'succeeded'), (select status::text from public.sync_run_log join run using (run_id)),
  'and may be repeated');
select throws_ok($$ select pg_temp.repeat(6, 'continued') $$, 'PT409', 'attempt_not_current', 'as what it was');

select * from finish();
rollback;
