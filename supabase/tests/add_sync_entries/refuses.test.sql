begin;
\ir ../fixtures.psql
select plan(10);

create function pg_temp.add(entries jsonb, type text default 'webhook', org text default 'org a') returns jsonb
language sql as $$ select public.add_sync_entries(sync_test.id(org), type, entries) $$;

select throws_ok($$ select pg_temp.add('{}') $$, 'PT422', 'invalid_entries', 'entries that are no list are refused');
select throws_ok($$ select pg_temp.add('"a"') $$, 'PT422', 'invalid_entries', 'so is a text');
select throws_ok($$ select pg_temp.add('null') $$, 'PT422', 'invalid_entries', 'so is a JSON null');
select throws_ok($$ select pg_temp.add(null) $$, 'PT422', 'invalid_entries', 'so are none');
select throws_ok($$ select pg_temp.add('[]', 'fax') $$, 'PT422', 'unknown_integration_type', 'so is an unknown type');
select throws_ok($$ select pg_temp.add('[]', 'xledger') $$, 'PT404', 'integration_not_found',
  'and an integration that is not connected');
select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.add('[]') $$, '42501', null, 'an admin delivers no entries');
select sync_test.act_as('anon');
select throws_ok($$ select pg_temp.add('[]') $$, '42501', null, 'nor does a caller who is not signed in');

-- The second line: a fault that the door does not know and the table does.
select sync_test.act_as('owner');
create or replace function sync_scheduler.entry_fault(
  rules sync_scheduler.entry_rules, entry_key text, period text, document_number text, payload jsonb,
  max_payload integer) returns text[] language plpgsql as $$ begin return null; end $$;
select throws_ok($$ select pg_temp.add('[{"entry_key": "a", "period": "2026-00", "document_number": "1", "payload": {"iban": "secret"}}]') $$,
  'PT422', 'invalid_entries', 'what only the table refuses is refused by it');
create function pg_temp.said() returns text language plpgsql as $$
declare
  message text;
  detail text;
  context text;
begin
  perform pg_temp.add('[{"entry_key": "a", "period": "2026-00", "document_number": "1", "payload": {"iban": "secret"}}]');
  return 'nothing';
exception when others then
  get stacked diagnostics message = message_text, detail = pg_exception_detail, context = pg_exception_hint;
  return concat_ws(' ', message, detail, nullif(context, ''));
end
$$;
select is(pg_temp.said(), 'invalid_entries {"constraint": "sync_export_entries_period_check"}', 'and the row is not quoted');

select * from finish();
rollback;
