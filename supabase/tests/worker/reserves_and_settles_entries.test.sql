begin;
\ir ../fixtures.psql
select plan(25);

create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create function pg_temp.reserve(size int) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, 1, token, size) from run
$$;
create function pg_temp.record(batch jsonb, results jsonb) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid, results) from run
$$;
create function pg_temp.states() returns table (state text, entries bigint) language sql as $$
  select state::text, count(*) from public.sync_export_entries
  where integration_id = sync_test.id('integration a') group by state order by state
$$;

create temporary table batch as select pg_temp.reserve(4) as batch;
select is((select jsonb_path_query_array(batch, '$.entries[*].entry_key') from batch),
  '["entry 01", "entry 02", "entry 03", "entry 04"]', 'entries are handed out in order');
select results_eq('select * from pg_temp.states()', $$ values ('pending', 6::bigint), ('sending', 4) $$,
  'and are committed as sending before any vendor hears of them');
select is(pg_temp.reserve(4) -> 'batch_id', (select batch -> 'batch_id' from batch),
  'a reservation whose answer was lost is handed out again');
select is(pg_temp.reserve(4) -> 'resend', 'false', 'as one that was never sent');

select is(
  pg_temp.record(batch, sync_test.results(batch, 'exported')) - 'cancel_requested',
  '{"entries_done": 4, "entries_total": 10, "entries_failed": 0}', 'exported entries count') from batch;
select is(
  pg_temp.record(batch, sync_test.results(batch, 'rejected')) - 'cancel_requested',
  '{"entries_done": 4, "entries_total": 10, "entries_failed": 0}', 'a result is final') from batch;

update batch set batch = pg_temp.reserve(2);
select is(
  pg_temp.record(batch, '[{"entry_key": "entry 05", "state": "rejected", "error": "no such account"},
    {"entry_key": "entry 06", "state": "pending"}, {"entry_key": "entry 10", "state": "exported"}]') - 'cancel_requested',
  '{"entries_done": 4, "entries_total": 10, "entries_failed": 1}', 'only entries of the batch are settled') from batch;
select results_eq(
  $$ select state::text, batch_id is null, error_message from public.sync_export_entries
     where integration_id = sync_test.id('integration a') and entry_key in ('entry 05', 'entry 06') order by entry_key $$,
  $$ values ('rejected', false, 'no such account'), ('pending', true, null) $$,
  'a rejection keeps its reason; an entry that was not taken waits for another batch');

update batch set batch = pg_temp.reserve(3);
select pg_temp.record(batch, sync_test.results(batch, 'unknown')) from batch;
select is(pg_temp.reserve(500) -> 'batch_id', (select batch -> 'batch_id' from batch),
  'a batch of unknown outcome comes before anything new, under its own id');
select is(pg_temp.reserve(500) -> 'resend', 'true', 'and says that it was sent before');
select is(pg_temp.reserve(500) -> 'entries', (select batch -> 'entries' from batch), 'whole and unchanged');
select pg_temp.record(batch, sync_test.results(batch, 'pending')) from batch;
select is((select entries from pg_temp.states() where state = 'unknown'), 3::bigint,
  'that the repetition was not taken says nothing of the first send');

select pg_temp.record(batch, '[{"entry_key": "entry 06", "state": "exported"}]')
from (select pg_temp.reserve(500) as batch) again;
select is(jsonb_path_query_array(pg_temp.reserve(500), '$.entries[*].settled'), '[true, false, false]',
  'what has been settled goes out with the rest of it, marked');
select is(pg_temp.reserve(500) -> 'resend', 'true', 'and what the results left out may have been sent');
select is(jsonb_path_query_array(pg_temp.reserve(500), '$.entries[*].entry_key'),
  '["entry 06", "entry 07", "entry 08"]', 'the batch is what it was');
select pg_temp.record(batch, sync_test.results(batch, 'exported')) from batch;

update batch set batch = pg_temp.reserve(2);
select is(jsonb_path_query_array(batch, '$.entries[*].settled'), '[false, false]', 'of a new batch nothing is settled')
from batch;
select pg_temp.record(batch, '[{"entry_key": "entry 09", "state": "pending"}]') from batch;
select is(pg_temp.reserve(2) -> 'resend', 'true', 'a batch with a missing result counts as sent');
select is(pg_temp.reserve(2) -> 'batch_id', batch -> 'batch_id', 'under its own id') from batch;
select is(pg_temp.reserve(2) -> 'entries', batch -> 'entries', 'and what was not taken cannot leave it before the rest')
from batch;
select pg_temp.record(batch, '[{"entry_key": "entry 09", "state": "exported"}, {"entry_key": "entry 10", "state": "unknown"}]')
from batch;
select is(jsonb_path_query_array(pg_temp.reserve(2), '$.entries[*].settled'), '[true, false]',
  'what was settled in it stays so');

select throws_ok('select pg_temp.reserve(0)', 'PT422', 'invalid_worker_request', 'a batch of none is refused');
select throws_ok('select pg_temp.reserve(501)', 'PT422', 'invalid_worker_request', 'so is one too large');
select throws_ok($$ select pg_temp.record(batch, '[{"entry_key": "entry 06", "state": "conflict"}]') from batch $$,
  'PT422', 'invalid_worker_request', 'a state that is not the worker''s to set is refused');
select throws_ok($$ select pg_temp.record(batch, '[{"entry_key": "entry 06", "state": "exported"},
    {"entry_key": "entry 06", "state": "pending"}]') from batch $$,
  'PT422', 'invalid_worker_request', 'two results for one entry are refused');
select throws_ok($$ select pg_temp.record(batch, '{}') from batch $$,
  'PT422', 'invalid_worker_request', 'results that are no list are refused');

select * from finish();
rollback;
