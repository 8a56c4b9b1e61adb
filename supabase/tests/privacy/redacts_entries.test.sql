begin;
\ir ../fixtures.psql
select plan(27);

create function pg_temp.entry(key text) returns public.sync_export_entries language sql as $$
  select e from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.entry_key = key
$$;
create function pg_temp.deliver(key text, payload jsonb, readmit boolean default false) returns jsonb language plpgsql as $$
declare
  counts jsonb;
begin
  perform sync_test.act_as('service_role');
  counts := public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object('entry_key', key,
    'period', '2026-10', 'document_number', 'B-1', 'payload', payload)), readmit => readmit);
  perform sync_test.act_as('owner');
  return counts;
end
$$;
create function pg_temp.voucher(amount text) returns jsonb language sql as $$
  select jsonb_build_object('currency', 'NOK', 'text', 'Ola Nordmann, dinner', 'lines', jsonb_build_array(
    jsonb_build_object('account', '6860', 'debit', amount), jsonb_build_object('account', '2910', 'credit', amount)))
$$;
delete from public.sync_export_entries;
select pg_temp.deliver(key, pg_temp.voucher('103.27')) from unnest('{exported,open,sibling,rejected,decided,withdrawn,pending,conflict,kept}'::text[]) key;
update public.sync_export_entries set state = 'exported', exported_at = now(), external_id = 'V-1' where entry_key in ('exported', 'conflict', 'kept');
update public.sync_export_entries set state = 'sending', batch_id = sync_test.id('batch') where entry_key in ('open', 'sibling');
update public.sync_export_entries set state = 'unknown', unknown_since = now() where entry_key = 'open';
update public.sync_export_entries set state = 'exported', exported_at = now() where entry_key = 'sibling';
update public.sync_export_entries set state = 'rejected', error_message = 'Ola Nordmann is not known here.'
where entry_key in ('rejected', 'decided');
update public.sync_export_entries set decided_at = now() where entry_key = 'decided';
update public.sync_export_entries set state = 'withdrawn', decided_at = now() where entry_key = 'withdrawn';
select pg_temp.deliver(key, pg_temp.voucher('200.00')) from unnest('{conflict,kept}'::text[]) key;
select sync_test.act_as('service_role');
select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "kept", "resolution": "keep"}]', 'why');
select sync_test.act_as('owner');
create temporary table hashes as select entry_key, payload_hash from public.sync_export_entries;

select throws_ok($$ select sync_scheduler.redact_entries(sync_test.id('org a'), now() + interval '1 day') $$, 'P0001', null, 'not the future');
select is(sync_scheduler.redact_entries(sync_test.id('org a'), now() - interval '1 day') ->> 'redacted', '0', 'nothing that is younger');
update public.sync_export_entries set created_at = now() - interval '3 days',
  exported_at = exported_at - interval '2 days', decided_at = decided_at - interval '2 days';
select is(sync_scheduler.redact_entries(sync_test.id('org b'), now() - interval '1 day'), '{"redacted": 0, "left": 0, "left_entries": []}',
  'nothing of another organisation');
create temporary table answer as select sync_scheduler.redact_entries(sync_test.id('org a'), now() - interval '1 day') as answer;
select is((select answer ->> 'redacted' from answer), '4', 'what is exported, decided and withdrawn is redacted');
select is((select array_agg(l ->> 'entry_key' order by l ->> 'entry_key') from answer, jsonb_array_elements(answer -> 'left_entries') l),
  '{conflict,open,pending,rejected,sibling}', 'and the answer names what stays: undecided, waiting, or of a batch that is open');
select is((select array_agg(entry_key order by entry_key) from public.sync_export_entries where payload = '{}'), '{decided,exported,kept,withdrawn}',
  'their contents are gone');
select is_empty($$ select from public.sync_export_entries e where e.redacted_at is not null and e::text like '%Ola%' $$,
  'also where the external system quoted them, and what the source said later');
select throws_ok($$ update public.sync_export_entries set state = 'pending' where entry_key = 'decided' $$, 'PT409', 'entry_is_sent',
  'what is redacted is not sent, also by the owner');
select is((pg_temp.entry('sibling')).payload, pg_temp.voucher('103.27'), 'an open batch goes out again as it was');
select results_eq($$ select entry_key, payload_hash from public.sync_export_entries order by 1 $$, 'select * from hashes order by 1', 'every hash stays');
select is((pg_temp.entry('exported')).redacted_debit || ' ' || (pg_temp.entry('exported')).redacted_currency, '103.27 NOK', 'sums remain');
select is((pg_temp.entry('exported')).external_id || (pg_temp.entry('exported')).document_number, 'V-1B-1', 'so do the numbers');

-- Nothing is exported twice.
select is(pg_temp.deliver('exported', pg_temp.voucher('103.27')) ->> 'unchanged', '1', 'the same content is known');
select is(pg_temp.deliver('exported', pg_temp.voucher('9.00')) ->> 'conflicts', '1', 'another is a conflict');
select sync_test.act_as('service_role');
select throws_ok($$ select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "decided", "resolution": "resend"}]', 'why') $$,
  'PT409', 'entries_not_settleable', 'without content nothing is sent again');
select sync_test.act_as('owner');
select is(pg_temp.deliver('withdrawn', pg_temp.voucher('103.27'), true) ->> 'replaced', '1', 'what is readmitted comes with its content');
select is((pg_temp.entry('withdrawn')).payload, pg_temp.voucher('103.27'), 'which is then there again');
select is((pg_temp.entry('withdrawn')).redacted_at, null, 'and no longer redacted');

-- An empty payload is content, too. Were it taken for a redacted one, the table would refuse the whole delivery.
select pg_temp.deliver(key, '{}') from unnest('{empty,emptied}'::text[]) key;
update public.sync_export_entries set state = 'withdrawn', decided_at = now() - interval '2 days' where entry_key = 'empty';
update public.sync_export_entries set state = 'rejected', not_sent = true where entry_key = 'emptied';
update public.sync_export_entries set decided_at = now() - interval '2 days' where entry_key = 'emptied';
select is(sync_scheduler.redact_entries(sync_test.id('org a'), now() - interval '1 day') ->> 'redacted', '2', 'they are redacted');
select is(pg_temp.deliver('empty', '{}', true) ->> 'replaced', '1', 'an empty payload is readmitted');
select is(pg_temp.deliver('emptied', '{"a": "1"}') ->> 'replaced', '1', 'a redacted entry that never left is corrected');
select results_eq($$ select state::text, payload, redacted_at from public.sync_export_entries where entry_key like 'empt%' order by entry_id $$,
  $$ values ('pending', '{}'::jsonb, null::timestamptz), ('pending', '{"a": "1"}', null) $$, 'and both wait with what came');

-- By itself.
update sync_scheduler.settings set retention_payload = '1 day';
update public.sync_export_entries set state = 'exported', exported_at = now() - interval '2 days' where entry_key = 'withdrawn';
update public.sync_export_entries set state = 'exported', exported_at = now() where entry_key = 'rejected';
select sync_scheduler.purge();
select is((pg_temp.entry('rejected')).redacted_at, null, 'what has been exported since stays: the day counts on which it was settled');
select isnt((pg_temp.entry('withdrawn')).redacted_at, null, 'the purge redacts what is older than retention_payload');

update sync_scheduler.redaction set reached = 0;
select sync_scheduler.purge();
select is((pg_temp.entry('withdrawn')).redacted_debit, 103.27, 'and its next walk keeps the sums');

update public.sync_export_entries set exported_at = now() - interval '2 days' where entry_key = 'rejected';
select sync_scheduler.purge(), sync_scheduler.purge();
select is((pg_temp.entry('rejected')).redacted_at, null, 'a walk that has come to its end does not begin anew at once');
update sync_scheduler.redaction set began_at = began_at - interval '8 days';
select sync_scheduler.purge(), sync_scheduler.purge();
select isnt((pg_temp.entry('rejected')).redacted_at, null, 'after a week it begins anew, for what was open then');

select * from finish();
rollback;
