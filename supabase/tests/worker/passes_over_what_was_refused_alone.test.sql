begin;
\ir ../fixtures.psql
select plan(26);

update public.sync_integrations set manual_cooldown = '0 seconds';
create temporary table run (run_id uuid, token text);
create function pg_temp.start() returns void language sql as $$
  truncate run;
  insert into run select r, sync_test.token(r) from (select sync_test.trigger_as('coordinator') as r) t;
  select sync_test.claim(run_id) from run;
$$;
create function pg_temp.reserve(size int, keys text[] default null) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, 1, token, size, keys) from run
$$;
create function pg_temp.keys(batch jsonb) returns jsonb language sql as $$
  select jsonb_path_query_array(batch, '$.entries[*].entry_key')
$$;
create function pg_temp.record(batch jsonb, state text) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid, sync_test.results(batch, state)) from run
$$;
-- One entry, sent by itself and refused.
create function pg_temp.refuse(key text) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid,
    jsonb_build_array(jsonb_build_object('entry_key', key, 'state', 'pending', 'refused_alone', true, 'error', 'No account ' || key)))
  from run, (select pg_temp.reserve(1, array[key]) as batch) b
$$;
create function pg_temp.entry(key text) returns table (state text, message text, passed_over boolean) language sql as $$
  select e.state::text, e.error_message, e.refused_run_id is not null from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.entry_key = key
$$;
create function pg_temp.deliver(key text, amount text) returns void language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object(
    'entry_key', key, 'period', '2026-10', 'document_number', 'N', 'payload', jsonb_build_object('amount', amount))))
$$;
create function pg_temp.finish(outcome text) returns text language sql as $$
  select public.sync_worker_finish(run_id, 1, token, outcome) ->> 'status' from run
$$;

select pg_temp.start();
create temporary table batch as select pg_temp.reserve(2, array['entry 09', 'entry 03', 'stranger']) as batch;
select is(pg_temp.keys(batch), '["entry 03", "entry 09"]', 'chosen entries are handed out, in the outbox''s order') from batch;
select is(pg_temp.reserve(1, array['entry 05']) -> 'batch_id', batch -> 'batch_id', 'an open batch comes before what is chosen')
from batch;
select pg_temp.record(batch, 'pending') from batch;
select is(pg_temp.reserve(1, array['stranger']) -> 'batch_id', 'null', 'without any of the chosen ones there is no batch');
select is(pg_temp.reserve(1, '{}') -> 'batch_id', 'null', 'nor when none is chosen');

select pg_temp.refuse('entry 01');
select results_eq($$ select * from pg_temp.entry('entry 01') $$, $$ values ('pending', 'No account entry 01', true) $$,
  'what was refused alone stays pending, with the reason');
select is(pg_temp.reserve(1, array['entry 01']) -> 'batch_id', 'null', 'it is not handed out when it is chosen');
update batch set batch = pg_temp.reserve(3);
select is(pg_temp.keys(batch), '["entry 02", "entry 03", "entry 04"]', 'nor with the others') from batch;
select is(pg_temp.record(batch, 'exported') -> 'entries_failed', '1', 'it is rejected once others are taken') from batch;
select results_eq($$ select * from pg_temp.entry('entry 01') $$, $$ values ('rejected', 'No account entry 01', false) $$,
  'for the reason that was given');
select is(pg_temp.record(batch, 'exported') -> 'entries_failed', '1', 'and counts once when the call is repeated') from batch;
savepoint rejected;
select pg_temp.deliver('entry 01', '9.00');
select results_eq($$ select * from pg_temp.entry('entry 01') $$, $$ values ('pending', null, false) $$, 'the source may replace it: nothing of it is at the receiver');
rollback to rejected;

select pg_temp.refuse('entry 05');
select pg_temp.deliver('entry 05', '7.00');
select results_eq($$ select * from pg_temp.entry('entry 05') $$, $$ values ('pending', null, false) $$,
  'other content that is delivered meanwhile has its own try');
update batch set batch = pg_temp.reserve(1);
select is(pg_temp.keys(batch), '["entry 05"]', 'in the same run') from batch;
select pg_temp.record(batch, 'exported') from batch;
select results_eq($$ select * from pg_temp.entry('entry 05') $$, $$ values ('exported', null, false) $$, 'and is exported');

select pg_temp.refuse('entry 06');
update batch set batch = pg_temp.reserve(500);
select pg_temp.record(batch, 'rejected') from batch;
select results_eq($$ select * from pg_temp.entry('entry 06') $$, $$ values ('pending', 'No account entry 06', true) $$,
  'that the others are rejected is no evidence');
savepoint written_by_the_host;
update public.sync_export_entries set payload = '{"amount": "8.00"}'
where integration_id = sync_test.id('integration a') and entry_key = 'entry 06';
select results_eq($$ select * from pg_temp.entry('entry 06') $$, $$ values ('pending', null, false) $$,
  'other content that the host writes itself has its own try, too');
rollback to written_by_the_host;
select is(pg_temp.reserve(500) -> 'entries_failed', '6', 'but what was taken earlier in the run is, when nothing else is left');
select results_eq($$ select * from pg_temp.entry('entry 06') $$, $$ values ('rejected', 'No account entry 06', false) $$,
  'so it is rejected');
select pg_temp.finish('succeeded');

-- Nothing was taken in the run.
delete from public.sync_export_entries where integration_id = sync_test.id('integration a');
select pg_temp.deliver('a', '1.00'), pg_temp.deliver('b', '1.00');
select pg_temp.start();
select pg_temp.refuse('a'), pg_temp.refuse('b');
select is(pg_temp.reserve(500) ->> 'refusal', 'No account a', 'without evidence the worker hears of the refusals');
select results_eq($$ select * from pg_temp.entry('a') union all select * from pg_temp.entry('b') $$,
  $$ values ('pending', 'No account a', true), ('pending', 'No account b', true) $$, 'and all stay pending');
select public.sync_worker_finish(run_id, 1, token, 'failed', 'permanent', 'receiver_refuses_everything', 'Refused.',
  blames => 'entry') from run;
select results_eq($$ select kind::text, message from public.sync_alerts where resolved_at is null and kind = 'run_failed' $$,
  $$ values ('run_failed', 'A sync failed. Refused.') $$, 'the run''s failure raises an alert');

select pg_temp.start();
update batch set batch = pg_temp.reserve(500);
select is(pg_temp.keys(batch), '["a", "b"]', 'the next run tries them again') from batch;
select pg_temp.record(batch, 'pending') from batch;
select pg_temp.refuse('a');
delete from public.sync_export_entries where entry_key = 'b';
select is(pg_temp.reserve(500) -> 'refusal', null, 'an outbox of one entry that is refused alone needs no evidence');
select results_eq($$ select * from pg_temp.entry('a') $$, $$ values ('rejected', 'No account a', false) $$, 'it is rejected');

-- With a batch of unknown outcome, one entry is not all there is.
update public.sync_export_entries set state = 'pending' where entry_key = 'a';
select pg_temp.deliver('c', '1.00');
update batch set batch = pg_temp.reserve(1, array['c']);
select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid, sync_test.results(batch, 'unknown'), true)
from run, batch;
select pg_temp.refuse('a');
select is(pg_temp.reserve(500) ->> 'refusal', 'No account a', 'it is kept while the outcome of others is not known');

select throws_ok($$ select pg_temp.reserve(1, array_fill('x'::text, array[501])) $$, 'PT422', 'invalid_worker_request',
  'more keys than a batch holds are refused');

select * from finish();
rollback;
