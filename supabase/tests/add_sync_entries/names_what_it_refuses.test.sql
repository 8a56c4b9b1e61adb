begin;
\ir ../fixtures.psql
select plan(33);

create function pg_temp.add(entries jsonb) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org a'), 'webhook', entries)
$$;
-- A sound item with one change; null removes the field.
create function pg_temp.item(key text, field text default null, value jsonb default null) returns jsonb language sql as $$
  select case when field is null then sound when value is null then sound - field else sound || jsonb_build_object(field, value) end
  from (select jsonb_build_object('entry_key', key, 'period', '2026-10', 'document_number', 'B-1',
    'payload', '{"iban": "NO93 8601 1117 947"}'::jsonb) as sound) s
$$;
create function pg_temp.refuses(item jsonb, field text, what text) returns text language sql as $$
  select is(pg_temp.add(jsonb_build_array(item)) #>> '{refused,0,field}', field, what)
$$;

select pg_temp.refuses('"a"', 'entries', 'a text is refused as an item');
select pg_temp.refuses('null', 'entries', 'so is null');
select pg_temp.refuses('[]', 'entries', 'so is a list');
select pg_temp.refuses('{}', 'entry_key', 'so is an object without a key');
select pg_temp.refuses(pg_temp.item('', null), 'entry_key', 'so is an empty key');
select pg_temp.refuses(pg_temp.item('a', 'entry_key', '7'), 'entry_key', 'so is a key that is a number');
select pg_temp.refuses(pg_temp.item('a', 'entry_key', '{"a": 1}'), 'entry_key', 'or an object');
select pg_temp.refuses(pg_temp.item(repeat('k', 201)), 'entry_key', 'or too long');
select pg_temp.refuses(pg_temp.item('a', 'period'), 'period', 'so is a missing period');
select pg_temp.refuses(pg_temp.item('a', 'period', '202610'), 'period', 'or one that is a number');
select pg_temp.refuses(pg_temp.item('a', 'period', '"2026-00"'), 'period', 'or a month that does not exist');
select pg_temp.refuses(pg_temp.item('a', 'period', '"2026-10\n"'), 'period', 'or one with a line break behind it');
select pg_temp.refuses(pg_temp.item('a', 'document_number'), 'document_number', 'so is a missing document number');
select pg_temp.refuses(pg_temp.item('a', 'document_number', '12'), 'document_number', 'or one that is a number');
select pg_temp.refuses(pg_temp.item('a', 'document_number', '""'), 'document_number', 'or empty');
select pg_temp.refuses(pg_temp.item('a', 'document_number', to_jsonb(repeat('1', 36))), 'document_number', 'or too long');
select pg_temp.refuses(pg_temp.item('a', 'payload'), 'payload', 'so is a missing payload');
select pg_temp.refuses(pg_temp.item('a', 'payload', 'null'), 'payload', 'or one that is null');
select pg_temp.refuses(pg_temp.item('a', 'payload', '[]'), 'payload', 'or a list');
select pg_temp.refuses(pg_temp.item('a', 'payload', '"{}"'), 'payload', 'or JSON in a text');
select pg_temp.refuses(pg_temp.item('a', 'payload', ('{"lines": [{"debit": ' || n || '}]}')::jsonb), 'payload',
  'so is the number ' || n || ', which a float would change')
from unnest(array['12345678901234567.10', '1e400', '0.10000000000000000001', '9007199254740993']) n;
select is(pg_temp.add(jsonb_build_array(pg_temp.item('entry 01', 'payload', '{"amount": 9007199254740993}'))) #>> '{refused,0,entry_key}',
  'entry 01', 'also for a key that waits already');
select pg_temp.refuses(pg_temp.item('a', 'documentNumber', '"B-1"'), 'documentNumber', 'so is a field that an entry does not have');
select pg_temp.refuses(pg_temp.item('a', repeat('f', 300), '1'), repeat('f', 100), 'at most 100 characters of it are quoted');

select is(pg_temp.add('["x", {"entry_key": 7}]') -> 'refused' @> '[{"index": 0, "entry_key": null}, {"index": 1, "entry_key": null}]', true,
  'an item without a key is named by its place in the list');
select is(pg_temp.add(jsonb_build_array(pg_temp.item('a'), pg_temp.item('b'), pg_temp.item('a', 'document_number', '"B-2"'))) - 'refused',
  '{"added": 1, "replaced": 0, "unchanged": 0, "conflicts": 0}', 'a key with two contents costs no other entry');
select is((select count(*) from public.sync_export_entries where entry_key = 'a'), 0::bigint, 'and neither content is taken');
select is(pg_temp.add(jsonb_build_array(pg_temp.item('c'), pg_temp.item('c'))), '{"added": 1, "replaced": 0, "unchanged": 1,
  "conflicts": 0, "refused": []}', 'twice with the same content it is taken once');

-- The worker reads JSON into floats: what they leave alone is taken.
select is(pg_temp.add((select jsonb_agg(pg_temp.item('n' || n, 'payload', jsonb_build_object('amount', n::jsonb)))
  from unnest(array['103.27', '-0.1', '0', '1.0', '0.30000000000000004', '9007199254740992', '1e22']) n)) ->> 'added', '7',
  'a number that a float leaves as it is is taken');
select unalike(pg_temp.add(jsonb_build_array(pg_temp.item('a', 'period', '"8601"'), pg_temp.item('b', 'payload', '{"iban": 86011117947860111}'),
  pg_temp.item('a', 'x', '8601')))::text, '%8601%', 'no answer quotes what it refuses');

select * from finish();
rollback;
