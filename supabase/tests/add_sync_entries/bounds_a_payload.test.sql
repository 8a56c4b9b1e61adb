-- One entry has a limit in bytes; what is too large is refused by its name, and costs no other entry.
begin;
\ir ../fixtures.psql
select plan(15);

create function pg_temp.given(key text, payload jsonb) returns jsonb language sql as $$
  select jsonb_build_object('entry_key', key, 'period', '2026-10', 'document_number', key, 'payload', payload)
$$;
create function pg_temp.add(entries jsonb) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org b'), 'webhook', entries)
$$;
create function pg_temp.refusal(payload text) returns text language sql as $$
  select pg_temp.add(jsonb_build_array(pg_temp.given('x', payload::jsonb))) #>> '{refused,0,reason}'
$$;
create function pg_temp.payload(bytes int) returns jsonb language sql as $$
  select jsonb_build_object('a', repeat('ø', (bytes - 9) / 2))
$$;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);

select is(pg_temp.add(jsonb_build_array(pg_temp.given('a', pg_temp.payload(1048576)), pg_temp.given('b', pg_temp.payload(1048577)),
    pg_temp.given('c', '{}'))),
  '{"added": 2, "replaced": 0, "unchanged": 0, "conflicts": 0,
    "refused": [{"entry_key": "b", "field": "payload", "reason": "The payload must have at most 1048576 bytes."}]}',
  'a payload of more than 1 MB is refused by name, the others are taken');
select is((select payload_bytes from public.sync_export_entries where entry_key = 'a'), 1048575, 'bytes count, not characters');

update sync_scheduler.settings set max_payload = 2000;
select is(pg_temp.refusal(pg_temp.payload(2001)::text), 'The payload must have at most 2000 bytes.', 'the operator may lower it');
select is(pg_temp.refusal(pg_temp.payload(2000)::text), null, 'exactly so much is taken');
select is(pg_temp.add(jsonb_build_array(pg_temp.given('a', pg_temp.payload(1048576)))) -> 'unchanged', '1',
  'what is there already may be delivered again');
select is(pg_temp.add(jsonb_build_array(pg_temp.given('c', pg_temp.payload(2003)))) #>> '{refused,0,field}', 'payload',
  'other content of a known key is measured too');
select is((select payload from public.sync_export_entries where entry_key = 'c'), '{}', 'and leaves what waits as it is');

-- Small as jsonb, and large as text.
select is(pg_temp.refusal('{"a": 0e-16383}'),
  'The payload holds a JSON number that loses digits on its way: write amounts as strings.', 'a number of 16 KB');
select is(pg_temp.refusal('{"a": [' || repeat('1e300, ', 8) || '1]}'), 'The payload must have at most 2000 bytes.',
  'numbers count as they are written out');
select is(pg_temp.refusal('{"a": [' || repeat('0, ', 2000) || '0]}'), 'The payload must have at most 2000 bytes.', 'many numbers');

update sync_scheduler.settings set max_payload = default;
-- As text it would have 1.2 GB, which no text may have. So it must be refused before it is written out, whatever that is for.
create temporary table huge as select ('[' || repeat('1e131071, ', 9000) || '0]')::jsonb as numbers;
grant select on huge to public;
select is(pg_temp.add(jsonb_build_array(pg_temp.given('c', jsonb_build_object('a', numbers)))) #>> '{refused,0,field}', 'payload',
  'other content of a known key is not written out for its hash') from huge;
select is(pg_temp.add(jsonb_build_array(pg_temp.given('x', jsonb_build_object('a', numbers)), pg_temp.given('x', jsonb_build_object('a', numbers)),
    pg_temp.given('y', jsonb_build_object('a', numbers)), pg_temp.given('y', '{}'))) -> 'refused',
  '[{"entry_key": "x", "field": "payload", "reason": "The payload holds a JSON number that loses digits on its way: write amounts as strings."},
    {"entry_key": "y", "field": "entry_key", "reason": "The key comes 2 times, with different content."}]',
  'nor to compare what one key comes with') from huge;
select is(pg_temp.refusal('{"a": ' || repeat('[', 499) || repeat(']', 499) || '}'), null, '500 levels are read');
select is(pg_temp.refusal('{"a": ' || repeat('[', 5000) || repeat(']', 5000) || '}'), 'The payload must have at most 500 levels.',
  'more are refused before they exhaust a stack');
select throws_ok($$ update sync_scheduler.settings set max_payload = 1023 $$, '23514', null, 'an operator cannot set it to nothing');
select * from finish();
rollback;
