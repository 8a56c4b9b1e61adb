-- An error names what it is about, in a length that a person reads: it is also in Postgres' log.
begin;
\ir ../fixtures.psql
select plan(11);

select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', sync_test.id('admin'))::text, true);
create function pg_temp.detail_of(entries jsonb) returns jsonb language plpgsql as $$
declare
  detail text;
begin
  perform public.settle_sync_entries(sync_test.id('org a'), 'webhook', entries, 'because');
  return null;
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return jsonb_build_object('error', sqlerrm) || coalesce(nullif(detail, '')::jsonb, '{}');
end
$$;
create function pg_temp.all_of(resolution text, amount int default 100) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('entry_key', repeat('k', 190) || lpad(n::text, 4, '0'), 'resolution', resolution))
  from generate_series(1, amount) n
$$;

select is(d ->> 'error', 'entries_not_found', 'unknown keys are refused') from pg_temp.detail_of(pg_temp.all_of('keep')) d;
select is(d -> 'count', '100', 'the error says how many there are') from pg_temp.detail_of(pg_temp.all_of('keep')) d;
select is((select array_agg(distinct k) || count(*)::text from jsonb_array_elements_text(d -> 'entry_keys') k),
  array[repeat('k', 100), '10'], 'and names ten of them, each with a hundred characters')
from pg_temp.detail_of(pg_temp.all_of('keep')) d;
select is(pg_temp.detail_of(pg_temp.all_of('keep', 10)) -> 'count', null, 'no count when all are named');

insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
select sync_test.id('integration a'), repeat('k', 190) || lpad(n::text, 4, '0'), '2026-10', 'B', '{}' from generate_series(1, 100) n;
select is(array[d ->> 'error', d ->> 'count', jsonb_array_length(d -> 'entries')::text], '{entries_not_settleable,100,10}',
  'of those in another state likewise') from pg_temp.detail_of(pg_temp.all_of('keep')) d;
select is(length(d #>> '{entries,0,entry_key}'), 100, 'with a hundred characters') from pg_temp.detail_of(pg_temp.all_of('keep')) d;

insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id, unknown_since)
select sync_test.id('integration a'), 's' || n, '2026-10', 'B', '{}', 'unknown', md5(n::text)::uuid, now() from generate_series(1, 12) n;
select is(jsonb_path_query_array(d, '$.entries[*].entry_key'), '["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"]',
  'the first ten as they were given, also of several batches')
from pg_temp.detail_of((select jsonb_agg(jsonb_build_object('entry_key', 's' || n, 'resolution', 'keep') order by n) from generate_series(1, 12) n)) d;

update public.sync_export_entries set state = 'unknown', batch_id = sync_test.id('batch'), unknown_since = now(), sent_at = now()
where entry_key like 'kkk%';
select is(array[d ->> 'error', d ->> 'count', jsonb_array_length(d -> 'entry_keys')::text], '{batch_is_open,99,10}',
  'and of those that have to be settled together') from pg_temp.detail_of(pg_temp.all_of('exported', 1)) d;

select is(array[d ->> 'error', d ->> 'count', jsonb_array_length(d -> 'batch_ids')::text], '{entries_not_found,20,10}', 'and of batches')
from pg_temp.detail_of((select jsonb_agg(jsonb_build_object('batch_id', gen_random_uuid(), 'sent_at', now(), 'resolution', 'abandon'))
  from generate_series(1, 20))) d;
select is(pg_temp.detail_of(jsonb_build_array(jsonb_build_object('batch_id', repeat('x', 1000), 'sent_at', now(), 'resolution', 'abandon'))),
  '{"error": "invalid_entries", "batch_id": "a uuid", "sent_at": "the sent_at of the entries"}',
  'what is no uuid is not quoted');
select is(pg_temp.detail_of(jsonb_build_array(jsonb_build_object('entry_key', repeat('x', 201), 'resolution', 'keep'))) ->> 'error',
  'invalid_entries', 'a key that no entry can have is not looked up');
select * from finish();
rollback;
