-- A vendor that asks us to wait means all of our requests, also when one batch is set aside for the rest of the run.
begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(4);

update public.sync_integrations set max_attempts = 1;
select pg_temp.begin_run('running');
create temporary table batch as select pg_temp.reserve() as batch;
select public.sync_worker_record_results(r.run_id, 1, sync_test.token(r.run_id), (batch ->> 'batch_id')::uuid,
  sync_test.results(batch, 'unknown')) from pg_temp.run() r, batch;
select is(public.sync_worker_finish(r.run_id, 1, sync_test.token(r.run_id), 'failed', 'ambiguous', 'x', 'y', 7200,
  stuck_batch => (batch ->> 'batch_id')::uuid) ->> 'status', 'pending', 'the run goes on without the batch') from pg_temp.run() r, batch;
select is(count(*)::integer, 3, 'which is set aside') from public.sync_export_entries where set_aside_run_id is not null;
select is((pg_temp.run()).next_attempt_at, now() + interval '2 hours', 'when the vendor said');
select is((pg_temp.run()).deadline_at, now() + interval '8 hours', 'which is not the run''s own time');

select * from finish();
rollback;
