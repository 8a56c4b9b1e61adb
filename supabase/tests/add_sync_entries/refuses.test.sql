begin;
\ir ../fixtures.sql
select plan(12);

create function pg_temp.add(entries jsonb, type text default 'webhook', org text default 'org a') returns jsonb
language sql as $$ select public.add_sync_entries(sync_test.id(org), type, entries) $$;

select throws_ok($$ select pg_temp.add('{}') $$, 'PT422', 'invalid_entries', 'entries that are no list are refused');
select throws_ok($$ select pg_temp.add(null) $$, 'PT422', 'invalid_entries', 'so are none');
select throws_ok($$ select pg_temp.add('["a"]') $$, 'PT422', 'invalid_entries', 'so are ones that are no objects');
select throws_ok($$ select pg_temp.add('[{"period": "2026-10"}]') $$, 'PT422', 'invalid_entries', 'or without a key');
select throws_ok($$ select pg_temp.add('[{"entry_key": "a"}, {"entry_key": "a"}]') $$, 'PT422', 'invalid_entries',
  'or with a key twice');
select throws_ok($$ select pg_temp.add('[{"entry_key": "a"}]') $$, '23502', null, 'a field that is missing is refused');
select throws_ok(
  $$ select pg_temp.add('[{"entry_key": "entry 01", "period": "2026-13", "document_number": "1", "payload": {}}]') $$,
  '23514', null, 'so is a month that does not exist, also of a key that does');
select throws_ok($$ select pg_temp.add('[]', 'fax') $$, 'PT422', 'unknown_integration_type', 'so is an unknown type');
select throws_ok($$ select pg_temp.add('[]', 'xledger') $$, 'PT404', 'integration_not_found',
  'and an integration that is not connected');
select sync_test.act_as('admin');
select throws_ok($$ select pg_temp.add('[]') $$, '42501', null, 'not even an admin delivers entries');
select sync_test.act_as('anon');
select throws_ok($$ select pg_temp.add('[]') $$, '42501', null, 'nor does anybody');
select sync_test.act_as('service_role');
select lives_ok($$ insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
  values (sync_test.id('integration a'), 'plain', '2026-10', '1', '{}') $$, 'the backend may insert them plainly as well');

select * from finish();
rollback;
