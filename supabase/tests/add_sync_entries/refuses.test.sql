begin;
\ir ../fixtures.psql
select plan(18);

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

-- The worker reads JSON into floats. What they change is refused; what they leave alone is not.
create function pg_temp.with_number(key text, number text) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('entry_key', key, 'period', '2026-10', 'document_number', '1',
    'payload', jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('debit', number::jsonb)))))
$$;
select throws_ok($$ select pg_temp.add(pg_temp.with_number('a number', '12345678901234567.10')) $$, '23514',
  'a JSON number in the payload would lose digits on its way: write amounts as strings', 'so is a number that a float would change');
select throws_ok($$ select pg_temp.add(pg_temp.with_number('a number', '1e400')) $$, '23514', null, 'or that it cannot hold');
select throws_ok($$ select pg_temp.add(pg_temp.with_number('entry 01', '0.10000000000000000001')) $$, '23514', null,
  'also for a key that waits already');
update public.sync_export_entries set state = 'rejected' where entry_key = 'entry 02';
select throws_ok($$ select pg_temp.add(pg_temp.with_number('entry 02', '9007199254740993')) $$, '23514', null,
  'and beside what was sent');
select lives_ok($$ select pg_temp.add(pg_temp.with_number('a text', '"12345678901234567.10"')) $$, 'as a text it is taken');
select lives_ok($$ select pg_temp.add(pg_temp.with_number(n, n)) from unnest(array['103.27', '-0.1', '0', '1.0', '0.30000000000000004',
  '9007199254740992', '1e22']) n $$, 'so is each number that a float leaves as it is');

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
