begin;
\ir ../fixtures.psql
\ir ../pause.psql
select plan(16);

select pg_temp.begin_run('running');
create temporary table batch as select pg_temp.reserve() as batch;
select pg_temp.pause();
select is((pg_temp.run()).status::text, 'running', 'a run whose worker is at work goes on');
select is((pg_temp.run()).notice, null, 'it does not wait');
select lives_ok($$ select public.sync_worker_record_results(r.run_id, 1, sync_test.token(r.run_id), (batch ->> 'batch_id')::uuid,
  sync_test.results(batch, 'exported')) from pg_temp.run() r, batch $$, 'the batch on its way is settled');
select is(pg_temp.reserve() - 'entries_total', '{"paused": true, "batch_id": null, "resend": false, "entries": [],
  "entries_done": 3, "entries_failed": 0, "cancel_requested": false}', 'nothing more is reserved');
select is(pg_temp.finish('paused'), 'pending', 'the worker ends as paused');
select is((pg_temp.run()).notice, 'integration_paused', 'the run waits');
select is((pg_temp.run()).error_code, null, 'nothing has failed');
select is((pg_temp.current_attempt()).outcome::text, 'paused', 'its attempt has an outcome of its own');
select is((select f.burnt + f.in_a_row from sync_scheduler.count_failures(pg_temp.run()) f), 0, 'which is no failure');
select is((select status::text from public.sync_integration_health where integration_id = sync_test.id('integration a')),
  'healthy', 'what was exported counts');
select is(count(*)::integer, 7, 'the other entries are pending') from public.sync_export_entries
where integration_id = sync_test.id('integration a') and state = 'pending';

-- Often, and without a single entry in between: as long as it lasts, it is no failure.
select count(*) from (
  select pg_temp.resume(), sync_scheduler.tick(), sync_test.claim((pg_temp.run()).run_id, (pg_temp.run()).attempt),
    pg_temp.pause(), pg_temp.finish('paused') from generate_series(1, 5)) often;
select is((pg_temp.run()).notice, 'integration_paused', 'a run may be paused again and again');
select is((pg_temp.run()).error_code, null, 'and makes no failure of it');

select pg_temp.resume();
select sync_scheduler.tick();
select sync_test.claim((pg_temp.run()).run_id, (pg_temp.run()).attempt);
select is(jsonb_array_length(pg_temp.reserve(10) -> 'entries'), 7, 'after the pause the rest is reserved');

-- The pause is over before its worker ends.
select pg_temp.pause();
select pg_temp.resume();
select is(pg_temp.finish('paused'), 'pending', 'a worker that ends as paused after the pause');
select is((pg_temp.current_attempt()).ended_at, null, 'has its next attempt at once');

select * from finish();
rollback;
