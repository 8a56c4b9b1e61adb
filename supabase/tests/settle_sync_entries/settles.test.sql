begin;
\ir ../fixtures.psql
select plan(24);

-- What is handed to the audit log.
create temporary table audited (org uuid, action text, reason text, details jsonb);
drop function sync_scheduler.audit(public.sync_integrations, text, text, jsonb);
create function sync_scheduler.audit(integration public.sync_integrations, action text, reason text, details jsonb)
returns void language sql as $$
  insert into pg_temp.audited values (integration.org_id, action, reason, details)
$$;
create function pg_temp.settle(entries jsonb, name text default 'admin') returns int language plpgsql as $$
declare
  changed int;
begin
  -- With the send that everybody sees.
  entries := (select jsonb_agg(d || jsonb_build_object('sent_at', e.sent_at))
    from jsonb_array_elements(entries) d join public.sync_export_entries e on e.entry_key = d ->> 'entry_key'
    where e.integration_id = sync_test.id('integration a'));
  perform sync_test.act_as(name);
  changed := public.settle_sync_entries(sync_test.id('org a'), 'webhook', entries, 'Looked up in the ledger.');
  perform sync_test.act_as('owner');
  return changed;
end
$$;
create function pg_temp.deliver(key text, amount text) returns void language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object(
    'entry_key', key, 'period', '2026-11', 'document_number', 'N', 'payload', jsonb_build_object('amount', amount))))
$$;
create function pg_temp.entry_of(key text)
returns table (state text, external_id text, message text, amount text, conflict boolean, in_batch boolean) language sql as $$
  select e.state::text, e.external_id, e.error_message, e.payload ->> 'amount', e.conflict_at is not null, batch_id is not null
  from public.sync_export_entries e
  where integration_id = sync_test.id('integration a') and entry_key = key
$$;

create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create function pg_temp.send(size int, results jsonb) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, (b ->> 'batch_id')::uuid, results)
  from run, lateral (select public.sync_worker_reserve_entries(run_id, 1, token, size) as b) b
$$;
select pg_temp.send(2, '[{"entry_key": "entry 01", "state": "rejected", "error": "no such account"},
  {"entry_key": "entry 02", "state": "exported", "external_id": "V-2"}]');
select pg_temp.send(4, '[{"entry_key": "entry 03", "state": "unknown"}, {"entry_key": "entry 04", "state": "unknown"},
  {"entry_key": "entry 05", "state": "unknown"}, {"entry_key": "entry 06", "state": "exported"}]');

select is(pg_temp.settle('[{"entry_key": "entry 03", "resolution": "exported", "external_id": "V-3"},
    {"entry_key": "entry 04", "resolution": "resend"}, {"entry_key": "entry 05", "resolution": "abandon"}]'), 3,
  'a batch of unknown outcome is settled at once');
select results_eq($$ select * from pg_temp.entry_of('entry 03') $$,
  $$ values ('exported', 'V-3', null, '3.50', false, true) $$, 'what is there is exported');
select results_eq($$ select * from pg_temp.entry_of('entry 04') $$,
  $$ values ('pending', null, null, '4.50', false, false) $$, 'what shall go there waits for a batch of its own');
select results_eq($$ select * from pg_temp.entry_of('entry 05') $$,
  $$ values ('rejected', null, 'Looked up in the ledger.', '5.50', false, true) $$, 'what shall not is rejected and says why');
select results_eq('select * from audited', $$ values (sync_test.id('org a'), 'entries_settled', 'Looked up in the ledger.',
  '{"entries": [{"entry_key": "entry 03", "resolution": "exported", "was": "unknown", "external_id": "V-3"},
    {"entry_key": "entry 04", "resolution": "resend", "was": "unknown"},
    {"entry_key": "entry 05", "resolution": "abandon", "was": "unknown"}]}'::jsonb) $$, 'all of it is audited');
select is(pg_temp.settle('[{"entry_key": "entry 03", "resolution": "exported", "external_id": "V-3"},
    {"entry_key": "entry 04", "resolution": "resend"}, {"entry_key": "entry 05", "resolution": "abandon"}]'), 0,
  'the repetition of a lost answer changes nothing');
select is((select count(*) from audited), 1::bigint, 'and is not audited');
select is((select jsonb_path_query_array(public.sync_worker_reserve_entries(run_id, 1, token, 2), '$.entries[*].entry_key')
  from run), '["entry 04", "entry 07"]', 'the worker goes on with what waits');
select is((select public.sync_worker_reserve_entries(run_id, 1, token, 2) ->> 'resend' from run), 'false',
  'as with something new');
select pg_temp.send(2, '[{"entry_key": "entry 04", "state": "exported"}, {"entry_key": "entry 07", "state": "unknown"}]');

select is(pg_temp.settle('[{"entry_key": "entry 01", "resolution": "resend"}]', 'service_role'), 1,
  'a rejected entry whose cause is fixed is sent again, by the backend too');
select results_eq($$ select * from pg_temp.entry_of('entry 01') $$,
  $$ values ('pending', null, null, '1.50', false, false) $$, 'as it was');
select is(pg_temp.settle(jsonb_build_array(jsonb_build_object('entry_key', 'entry 05', 'resolution', 'exported',
  'external_id', repeat('V', 100000)))), 1, 'or was booked by hand');
select is((select max(length(details #>> '{entries,0,external_id}')) from audited), 200, 'under a number that is cut in the audit log, too');
select results_eq($$ select * from pg_temp.entry_of('entry 05') $$,
  $$ values ('exported', repeat('V', 200), null, '5.50', false, true) $$, 'and counts as exported');

select pg_temp.deliver('entry 02', '99');
select pg_temp.deliver('entry 07', '77');
select is(pg_temp.settle('[{"entry_key": "entry 07", "resolution": "resend"}]'), 1, 'an entry that never arrived');
select results_eq($$ select * from pg_temp.entry_of('entry 07') $$,
  $$ values ('pending', null, null, '77', false, false) $$, 'goes out as the source has it now');
select is(pg_temp.settle('[{"entry_key": "entry 02", "resolution": "exported"}]'), 0,
  'that an entry is exported says nothing about its conflict');
select is(pg_temp.settle('[{"entry_key": "entry 02", "resolution": "keep"}]'), 1, 'that its content is right closes it');
select results_eq($$ select * from pg_temp.entry_of('entry 02') $$,
  $$ values ('exported', 'V-2', null, '2.50', false, true) $$, 'and changes nothing else');
select pg_temp.deliver('entry 02', '99');
select is((select conflict from pg_temp.entry_of('entry 02')), false, 'the next delivery of the same does not open it again');
select pg_temp.deliver('entry 02', '98');
select is((select conflict from pg_temp.entry_of('entry 02')), true, 'one of something else does');

update public.sync_run_log set finished_at = now(), status = 'failed';
select pg_temp.deliver('entry 05', '55');
select is(pg_temp.settle('[{"entry_key": "entry 05", "resolution": "keep"}]'), 1, 'no run has to be active');
select is((select array_agg(details #>> '{entries,0,resolution}') from audited),
  '{exported,resend,exported,resend,keep,keep}', 'every decision is in the audit log');

-- An entry of another organisation has newer content, too.
update public.sync_export_entries set conflict_at = now(), conflict_payload_hash = '',
  conflict_content = '{"period": "2026-11", "document_number": "N", "payload": {"amount": "9.99"}}'
where integration_id = sync_test.id('integration b') and entry_key = 'entry 01';
select pg_temp.settle('[{"entry_key": "entry 10", "resolution": "exported"}]');
select is((select payload ->> 'amount' from public.sync_export_entries where integration_id = sync_test.id('integration b') and entry_key = 'entry 01'), '1.50',
  'a decision changes no entry of another organisation');

select * from finish();
rollback;
