begin;
\ir ../fixtures.psql
select plan(25);

update public.sync_integrations set manual_cooldown = '0 seconds', max_attempts = 2, retry_base = '0 seconds';
create temporary table run (run_id uuid, attempt int);
create function pg_temp.start() returns void language sql as $$
  truncate run;
  insert into run select sync_test.trigger_as('coordinator'), 1;
  select sync_test.claim(run_id) from run;
$$;
create function pg_temp.reserve(size int) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, attempt, sync_test.token(run_id), size) from run
$$;
create function pg_temp.keys(batch jsonb) returns jsonb language sql as $$
  select jsonb_path_query_array(batch, '$.entries[*].entry_key')
$$;
create function pg_temp.record(batch jsonb, state text, aside boolean default false) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, attempt, sync_test.token(run_id), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, state), aside) from run
$$;
create function pg_temp.fail(stuck uuid, class text default 'ambiguous') returns text language sql as $$
  select public.sync_worker_finish(run_id, attempt, sync_test.token(run_id), 'failed', class, 'webhook_outcome_unknown', 'It answered 409.',
    stuck_batch => stuck) ->> 'status' from run
$$;
-- Claims the attempt that follows.
create function pg_temp.next() returns void language sql as $$
  select sync_scheduler.recover_runs();
  update run set attempt = attempt + 1;
  select sync_test.claim(run_id, attempt) from run;
$$;
create function pg_temp.aside() returns bigint language sql as $$
  select count(*) from public.sync_export_entries e, run where e.set_aside_run_id = run.run_id and e.state = 'unknown'
$$;

select pg_temp.start();
create temporary table batch as select pg_temp.reserve(3) as batch;
create function pg_temp.id() returns uuid language sql as $$ select (batch ->> 'batch_id')::uuid from batch $$;
select is(batch -> 'left_over', 'false', 'a new batch is left over by no run') from batch;
select pg_temp.record(batch, 'unknown') from batch;
select is(pg_temp.fail(pg_temp.id()), 'pending', 'while attempts are left the run tries again');
select is(pg_temp.aside(), 0::bigint, 'and sets nothing aside');
select pg_temp.next();
select is(pg_temp.reserve(3) -> 'batch_id', batch -> 'batch_id', 'the same batch') from batch;
select pg_temp.record(batch, 'unknown') from batch;
select is(pg_temp.fail(pg_temp.id()), 'pending', 'after its last attempt the run goes on');
select is(pg_temp.aside(), 3::bigint, 'the batch is set aside');
select is((select count(*) from public.sync_run_log join run using (run_id) where next_attempt_at is null), 1::bigint, 'at once');
select pg_temp.next();
create temporary table other as select pg_temp.reserve(3) as batch;
select is(pg_temp.keys(batch), '["entry 04", "entry 05", "entry 06"]', 'with new batches') from other;
select pg_temp.record(batch, 'exported') from other;
update other set batch = pg_temp.reserve(500);
select pg_temp.record(batch, 'exported') from other;
select is(pg_temp.reserve(500) -> 'batch_id', 'null', 'until nothing else is left');
select is((select public.sync_worker_finish(run_id, attempt, sync_test.token(run_id), 'succeeded') ->> 'status' from run), 'failed',
  'then the run fails, and is not retried');
select is((select error_code from public.sync_run_log join run using (run_id)), 'entries_unresolved', 'for what is not known');
select ok((select error_message like '%3 entries have arrived%' and error_message like '%settle_sync_entries, batch_id ' || pg_temp.id() || '%'
  from public.sync_run_log join run using (run_id)), 'in words that name the count and the way out');
select ok((select message like '%settle_sync_entries%' from public.sync_alerts where kind = 'run_failed' and resolved_at is null),
  'as its alert does');

-- An earlier run has left it.
update public.sync_export_entries set unknown_since = now() - interval '1 hour' where batch_id = pg_temp.id();
select public.add_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "later", "period": "2026-10", "document_number": "L", "payload": {}}]');
select pg_temp.start();
update other set batch = pg_temp.reserve(3);
select is(jsonb_build_array(batch -> 'batch_id', batch -> 'resend', batch -> 'left_over'),
  jsonb_build_array(pg_temp.id(), true, true), 'the next run gets it first, as left over') from other;
select pg_temp.record(batch, 'unknown', true) from other;
select is(pg_temp.aside(), 3::bigint, 'and sets it aside when its one try did not settle it');
update other set batch = pg_temp.reserve(3);
select is(pg_temp.keys(batch), '["later"]', 'and goes on') from other;

-- What comes next fails as well, before anything got through.
select pg_temp.record(batch, 'unknown') from other;
select pg_temp.fail((select (batch ->> 'batch_id')::uuid from other));
select pg_temp.next();
select pg_temp.reserve(3);
select is(pg_temp.fail((select (batch ->> 'batch_id')::uuid from other)), 'pending', 'that batch is set aside, too');
select is(pg_temp.aside(), 4::bigint, 'when its attempts are used up');
select public.add_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "last", "period": "2026-10", "document_number": "L", "payload": {}}]');
select pg_temp.next();
update other set batch = pg_temp.reserve(3);
select is(pg_temp.keys(batch), '["last"]', 'and the run tries the next one') from other;
select is(pg_temp.fail((select (batch ->> 'batch_id')::uuid from other)), 'failed',
  'a run that gets nothing through does not go from batch to batch');

-- Without the connector's word.
update public.sync_export_entries set state = 'exported', exported_at = now() where state = 'unknown';
select public.add_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "x", "period": "2026-10", "document_number": "L", "payload": {}}]');
select pg_temp.start();
update other set batch = pg_temp.reserve(3);
select pg_temp.fail(null);
select pg_temp.next();
select pg_temp.reserve(3);
select is(pg_temp.fail(null), 'failed', 'without the connector''s word the run ends there');
select is(pg_temp.aside(), 0::bigint, 'and sets nothing aside');

-- Past the deadline nothing goes on, so nothing is set aside for it.
update public.sync_export_entries set state = 'exported', exported_at = now() where state = 'unknown';
select public.add_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "y", "period": "2026-10", "document_number": "L", "payload": {}}]');
select pg_temp.start();
update other set batch = pg_temp.reserve(3);
select pg_temp.fail((select (batch ->> 'batch_id')::uuid from other));
select pg_temp.next();
select pg_temp.reserve(3);
update public.sync_run_log r set deadline_at = now() from run where r.run_id = run.run_id;
select is(pg_temp.fail((select (batch ->> 'batch_id')::uuid from other)), 'failed', 'a run that is past its deadline fails');
select is(pg_temp.aside(), 0::bigint, 'and leaves its batch to the next run');

-- The connector names a batch without an open entry.
update public.sync_export_entries set state = 'exported', exported_at = now() where state = 'unknown';
select public.add_sync_entries(sync_test.id('org a'), 'webhook',
  '[{"entry_key": "z", "period": "2026-10", "document_number": "L", "payload": {}}]');
select pg_temp.start();
update other set batch = pg_temp.reserve(3);
select pg_temp.record(batch, 'exported') from other;
-- The first attempt got something through, so two more are left.
select pg_temp.fail((select (batch ->> 'batch_id')::uuid from other));
select pg_temp.next();
select pg_temp.fail((select (batch ->> 'batch_id')::uuid from other));
select pg_temp.next();
select is(pg_temp.fail((select (batch ->> 'batch_id')::uuid from other)), 'failed', 'a run goes on only when it has set something aside');

select * from finish();
rollback;
