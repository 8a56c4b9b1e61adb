begin;
\ir ../fixtures.psql
select plan(29);

create function pg_temp.withdraw(variadic keys text[]) returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  perform sync_test.act_as('admin');
  answer := public.withdraw_sync_entries(sync_test.id('org a'), 'webhook', keys, 'Delivered by mistake.');
  perform sync_test.act_as('owner');
  return answer;
end
$$;
create function pg_temp.add(n int, amount text, readmit boolean default false) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(
    jsonb_build_object('entry_key', 'entry ' || lpad(n::text, 2, '0'), 'period', '2026-10', 'document_number', 'B-' || n,
      'payload', jsonb_build_object('amount', amount))), readmit => readmit) - 'refused'
$$;
create function pg_temp.state(n int) returns text language sql as $$
  select concat_ws(' ', e.state, e.payload ->> 'amount', e.error_message) from public.sync_export_entries e
  where e.integration_id = sync_test.id('integration a') and e.document_number = 'B-' || n
$$;
create function pg_temp.counts(replaced int default 0, unchanged int default 0, conflicts int default 0) returns jsonb language sql as $$
  select jsonb_build_object('added', 0, 'replaced', replaced, 'unchanged', unchanged, 'conflicts', conflicts)
$$;

select is(pg_temp.withdraw('entry 01', 'entry 02', 'entry 02'), '{"withdrawn": 2, "refused": []}', 'entries that wait are withdrawn');
select is(pg_temp.state(1), 'withdrawn 1.50 Delivered by mistake.', 'with the reason');
select results_eq($$ select action, actor_id, reason, details from public.sync_audit_log $$,
  $$ values ('entries_withdrawn', sync_test.id('admin'), 'Delivered by mistake.', '{"entry_keys": ["entry 01", "entry 02"]}'::jsonb) $$,
  'the audit log names them');
select is(pg_temp.withdraw('entry 01'), '{"withdrawn": 0, "refused": []}', 'once more changes nothing');
select is((select decided_at is not null and not undecided from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and entry_key = 'entry 01'), true, 'it is a decision, and leaves none to make');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select is(sync_test.claim(run_id) -> 'entries_total', '8', 'a run does not count them') from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 3) as b from run;
select is((select array_agg(e ->> 'entry_key') from batch, jsonb_array_elements(b -> 'entries') e), '{entry 03,entry 04,entry 05}',
  'and does not send them');
select is(pg_temp.withdraw('entry 03', 'entry 06'), '{"withdrawn": 1, "refused": [
  {"entry_key": "entry 03", "state": "sending", "reason": "A worker is sending it."}]}', 'what has left is refused by name, the rest is done');
select is((select entries_total from public.sync_run_log), 7, 'the active run has one entry less to export');
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 03", "state": "exported"}, {"entry_key": "entry 04", "state": "rejected", "error": "No."},
    {"entry_key": "entry 05", "state": "unknown"}]') from run, batch;
select is((select array_agg(r ->> 'state' order by r ->> 'entry_key') from jsonb_array_elements(
  pg_temp.withdraw('entry 03', 'entry 04', 'entry 05') -> 'refused') r), '{exported,rejected,unknown}', 'whatever became of it');
select is((select array_agg(state::text order by entry_id) from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and entry_key between 'entry 03' and 'entry 05'), '{exported,rejected,unknown}',
  'and stays as it is');
-- What our own rules rejected never left.
update public.sync_export_entries set state = 'rejected', batch_id = null, not_sent = true
where integration_id = sync_test.id('integration a') and entry_key = 'entry 04';
select is(pg_temp.withdraw('entry 04'), '{"withdrawn": 1, "refused": []}', 'what our own rules rejected is withdrawn');
select is((select array[not_sent, undecided] from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and entry_key = 'entry 04'), '{false,false}', 'and waits for no decision');

-- Delivered again.
select is(pg_temp.add(1, '1.50'), pg_temp.counts() || '{"withdrawn": ["entry 01"]}', 'with the same content it stays withdrawn, and is named');
select is(pg_temp.state(1), 'withdrawn 1.50 Delivered by mistake.', 'it does');
select is(pg_temp.add(1, '10'), pg_temp.counts(replaced => 1), 'with other content it is taken');
select is(pg_temp.state(1), 'pending 10', 'and waits again');
select is(pg_temp.add(2, '2.50', true), pg_temp.counts(replaced => 1), 'with readmit the same content is taken');
select is(pg_temp.state(2), 'pending 2.50', 'too');
select is(pg_temp.add(2, '2.50', true), pg_temp.counts(unchanged => 1), 'once more changes nothing');
select is(pg_temp.add(3, '3.50', true), pg_temp.counts(unchanged => 1), 'readmit says nothing about what was sent');
select results_eq($$ select details from public.sync_audit_log where action = 'entries_readmitted' order by audit_id $$,
  $$ values ('{"entries": 1, "entry_keys": ["entry 01"]}'::jsonb), ('{"entries": 1, "entry_keys": ["entry 02"]}') $$,
  'each is in the audit log');
select sync_test.act_as('service_role');
select is(public.withdraw_sync_entries(sync_test.id('org b'), 'webhook', '{entry 01}', 'Delivered by mistake.') -> 'withdrawn', '1',
  'the backend may withdraw');
select sync_test.act_as('admin');
select is(public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "entry 06", "resolution": "resend"}]', 'After all.'), 1,
  'an admin lets one go out after all');
select sync_test.act_as('owner');
select is(pg_temp.state(6), 'pending 6.50', 'it waits again');

-- The trigger keeps a direct write from it.
select throws_ok(format($$ update public.sync_export_entries set state = 'withdrawn', batch_id = null, unknown_since = null
  where integration_id = sync_test.id('integration a') and entry_key = %L $$, key), 'PT409', 'entry_is_sent', key || ' cannot be withdrawn directly')
from unnest(array['entry 03', 'entry 05']) key;
create temporary table rest as select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 10) as b from run;
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, sync_test.results(b, 'exported')) from run, rest;
select is((select array_agg(e ->> 'entry_key' order by e ->> 'entry_key') from run, jsonb_array_elements(
  public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 10) -> 'entries') e),
  '{entry 01,entry 02,entry 06,entry 07,entry 08,entry 09,entry 10}', 'what waits again is sent, what is withdrawn is not');
select is(pg_temp.state(4), 'withdrawn 4.50 Delivered by mistake.', 'it stays withdrawn');

select * from finish();
rollback;
