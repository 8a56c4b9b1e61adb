begin;
\ir ../fixtures.psql
select plan(6);

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 3) as b from run;
create function pg_temp.record(results jsonb) returns jsonb language sql as $$
  select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, results) from run, batch
$$;
select throws_ok($$ select pg_temp.record('[{"entry_key": "entry 01", "state": "rejected", "not_sent": "yes"}]') $$, 'PT422',
  'invalid_worker_request', 'not_sent is true or false');
select throws_ok($$ select pg_temp.record('[{"entry_key": "entry 01", "state": "rejected", "nothing_left": 1}]') $$, 'PT422',
  'invalid_worker_request', 'so is nothing_left');
select pg_temp.record('[{"entry_key": "entry 01", "state": "rejected", "error": "No.", "not_sent": true},
  {"entry_key": "entry 02", "state": "exported"}, {"entry_key": "entry 03", "state": "unknown"}]');
select is((select array[state::text, not_sent::text, refused_at_first_send::text, (batch_id is null)::text] from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and entry_key = 'entry 01'), '{rejected,true,false,true}',
  'what our own rules rejected is in no batch');
select is((select jsonb_path_query_array(public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 3), '$.entries[*].entry_key') from run),
  '["entry 02", "entry 03"]', 'a repetition of its batch is what was sent, without it');
select is(pg_temp.record('[{"entry_key": "entry 01", "state": "exported"}, {"entry_key": "entry 03", "state": "exported", "not_sent": true}]')
  ->> 'entries_failed', '1', 'later results change nothing about it');
select results_eq($$ select entry_key, state::text, not_sent from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and state <> 'pending' order by 1 $$,
  $$ values ('entry 01', 'rejected', true), ('entry 02', 'exported', false), ('entry 03', 'exported', false) $$,
  'and what is exported has no such mark');

select * from finish();
rollback;
