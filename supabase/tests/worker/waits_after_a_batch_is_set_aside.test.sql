-- A batch that is set aside has burnt all attempts of the run. What burns none does not end the run then, either.
begin;
\ir ../fixtures.psql
select plan(9);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 2, retry_base = '0 seconds';
create temporary table run as select sync_test.trigger_as('coordinator') as run_id, 1 as attempt;
select sync_test.claim(run_id) from run;
create function pg_temp.reserve(size int) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, attempt, sync_test.token(run_id), size) from run
$$;
create function pg_temp.record(batch jsonb, state text) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, attempt, sync_test.token(run_id), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, state)) from run
$$;
create function pg_temp.fail(class text, stuck uuid default null) returns text language sql as $$
  select public.sync_worker_finish(run_id, attempt, sync_test.token(run_id), 'failed', class, 'webhook_' || class, 'No.',
    stuck_batch => stuck) ->> 'status' from run
$$;
-- Claims the attempt that follows.
create function pg_temp.next() returns void language sql as $$
  update public.sync_run_log r set next_attempt_at = now() from run where r.run_id = run.run_id and r.next_attempt_at is not null;
  select sync_scheduler.recover_runs();
  update run set attempt = attempt + 1;
  select sync_test.claim(run_id, attempt) from run;
$$;

-- A first batch is taken, so that a refusal may pass.
select pg_temp.record(pg_temp.reserve(1), 'exported');
create temporary table stuck as select pg_temp.reserve(2) as batch;
select pg_temp.record(batch, 'unknown') from stuck;
select pg_temp.fail('ambiguous', (batch ->> 'batch_id')::uuid) from stuck;
select pg_temp.next();
select pg_temp.record(pg_temp.reserve(2), 'unknown');
select pg_temp.fail('ambiguous', (batch ->> 'batch_id')::uuid) from stuck;
select is((select f.burnt from run, public.sync_run_log r, sync_scheduler.count_failures(r) f where r.run_id = run.run_id), 1,
  'an attempt that settled something is not counted');
select pg_temp.next();
select pg_temp.reserve(2);
select is(pg_temp.fail('ambiguous', (batch ->> 'batch_id')::uuid), 'pending', 'with its last attempt a batch is set aside') from stuck;
select is((select count(*) from public.sync_export_entries where set_aside_run_id is not null), 2::bigint, 'and its entries are');
select is((select r.next_attempt_at from public.sync_run_log r join run using (run_id)), null, 'the others go on at once');
select pg_temp.next();
select pg_temp.record(pg_temp.reserve(3), 'pending');
select is(pg_temp.fail('rate_limited'), 'pending', 'when the next batch meets a rate limit, the run waits');
select pg_temp.next();
select pg_temp.record(pg_temp.reserve(3), 'pending');
select is(pg_temp.fail('permanent'), 'pending', 'when it meets a refusal that may pass, too');
select is((select f.burnt from run, public.sync_run_log r, sync_scheduler.count_failures(r) f where r.run_id = run.run_id), 2,
  'neither has burnt an attempt');
select pg_temp.next();
select pg_temp.record(pg_temp.reserve(3), 'pending');
select is(pg_temp.fail('transient'), 'failed', 'any other failure ends it: it does not go from batch to batch');
select is((select error_code from public.sync_run_log join run using (run_id)), 'webhook_transient', 'and says why');

select * from finish();
rollback;
