begin;
\ir ../fixtures.psql
select plan(11);

create function pg_temp.given(n int, period text default '2026-10') returns jsonb language sql as $$
  select jsonb_build_object('entry_key', 'item ' || n, 'period', period, 'document_number', 'C-' || n,
    'payload', jsonb_build_object('amount', n || '.50', 'name', 'Søren Ødegård'))
$$;
create function pg_temp.add(entries jsonb, atomic boolean default false) returns jsonb language sql as $$
  select public.add_sync_entries(sync_test.id('org b'), 'webhook', entries, atomic => atomic)
$$;
create function pg_temp.four_hundred(bad text) returns jsonb language sql as $$
  select jsonb_agg(pg_temp.given(n, case when n = 7 then bad else '2026-10' end) order by n) from generate_series(1, 400) n
$$;

select is(pg_temp.add(pg_temp.four_hundred('2026-00')), '{"added": 399, "replaced": 0, "unchanged": 0, "conflicts": 0,
  "refused": [{"entry_key": "item 7", "field": "period", "reason": "The period must be written YYYY-MM, with a month from 01 to 13."}]}',
  'one bad entry of 400 is refused by name, and the others are taken');
select is((select count(*) from public.sync_export_entries where entry_key like 'item %' and state = 'pending'), 399::bigint,
  'they wait for their export');
select is(pg_temp.add(pg_temp.four_hundred('2026-10')) - 'refused', '{"added": 1, "replaced": 0, "unchanged": 399, "conflicts": 0}',
  'corrected, it is taken too');
select is(pg_temp.add(pg_temp.four_hundred('2026-00')) -> 'refused' #>> '{0,entry_key}', 'item 7',
  'other content of a key that waits is refused likewise');
select is((select period from public.sync_export_entries where entry_key = 'item 7'), '2026-10', 'and leaves what waits as it is');

create function pg_temp.said(entries jsonb) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  perform pg_temp.add(entries, true);
  return null;
exception when sqlstate 'PT422' then
  get stacked diagnostics detail = pg_exception_detail;
  return detail;
end
$$;
select throws_ok($$ select pg_temp.add(jsonb_build_array(pg_temp.given(1001), pg_temp.given(1002, '13')), true) $$, 'PT422', 'invalid_entries',
  'atomic takes all or none');
select is((select count(*) from public.sync_export_entries where entry_key = 'item 1001'), 0::bigint, 'here none');
select is(pg_temp.said(jsonb_build_array(pg_temp.given(1001), pg_temp.given(1002, '13'))) #>> '{refused,0,entry_key}', 'item 1002',
  'and the error names what is wrong');
select is((select array[d ->> 'refused_count', jsonb_array_length(d -> 'refused')::text]
  from pg_temp.said((select jsonb_agg(pg_temp.given(n, '13')) from generate_series(1, 500) n)) d), '{500,10}',
  'ten at most, and how many there are');
select is(pg_temp.add(jsonb_build_array(pg_temp.given(1001), pg_temp.given(1002)), true) ->> 'added', '2', 'all, if all are sound');

-- A rule that is new says nothing about what is there already.
create or replace function sync_scheduler.entry_fault(
  rules sync_scheduler.entry_rules, entry_key text, period text, document_number text, payload jsonb,
  max_payload integer) returns text[] language plpgsql as $$ begin return '{payload,No.}'; end $$;
select is(pg_temp.add(jsonb_build_array(pg_temp.given(1001), pg_temp.given(1002, '2026-11'), pg_temp.given(1003))),
  '{"added": 0, "replaced": 0, "unchanged": 1, "conflicts": 0, "refused": [
    {"entry_key": "item 1002", "field": "payload", "reason": "No."}, {"entry_key": "item 1003", "field": "payload", "reason": "No."}]}',
  'new and changed content is judged, unchanged content is not');

select * from finish();
rollback;
