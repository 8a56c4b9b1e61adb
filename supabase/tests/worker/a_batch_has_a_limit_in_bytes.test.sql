-- The Edge Function holds a whole batch in memory: how much that is has a limit, whatever the entries weigh.
begin;
\ir ../fixtures.psql
select plan(20);

create temporary table run as select run_id, sync_test.token(run_id) as token
  from (select sync_test.trigger_as('coordinator') as run_id) r;
select sync_test.claim(run_id) from run;
create temporary table batch (batch jsonb);
create function pg_temp.reserve(size int, keys text[] default null, bytes int default null) returns text[] language sql as $$
  truncate batch;
  insert into batch select public.sync_worker_reserve_entries(run_id, 1, token, size, keys, bytes) from run;
  select array_agg(e ->> 'entry_key') from batch, jsonb_array_elements(batch -> 'entries') e
$$;
create function pg_temp.record(state text) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 1, token, (batch ->> 'batch_id')::uuid, sync_test.results(batch, state))
  from run, batch
$$;
-- {"a": "..."} of so many bytes.
create function pg_temp.payload(bytes int) returns jsonb language sql as $$
  select jsonb_build_object('a', repeat('x', bytes - 9))
$$;
delete from public.sync_export_entries;
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
select sync_test.id('integration a'), 'e' || n, '2026-10', 'B-' || n, pg_temp.payload(1000) from generate_series(1, 9) n;
update public.sync_export_entries set payload = pg_temp.payload(5000) where entry_key = 'e4';

select is((select array_agg(distinct payload_bytes order by payload_bytes) from public.sync_export_entries), '{1000,5000}',
  'an entry knows the bytes of its payload, also of one that took the place of another');
update public.sync_export_entries set payload_bytes = 1;
select is((select sum(payload_bytes - octet_length(payload::text)) from public.sync_export_entries), 0::bigint,
  'whatever a writer sets');

update sync_scheduler.settings set max_batch_bytes = 2048;
select is(pg_temp.reserve(500), '{e1,e2}', 'a batch holds what its limit in bytes allows, in order');
update sync_scheduler.settings set max_batch_bytes = 1024;
select is(pg_temp.reserve(500), '{e1,e2}', 'a repetition goes whole, also after the limit was lowered');
update sync_scheduler.settings set max_batch_bytes = 3000;
select pg_temp.record('unknown');
select is(pg_temp.reserve(500), '{e1,e2}', 'and takes no further entry along when the limit was raised');
select pg_temp.record('exported');
update sync_scheduler.settings set max_batch_bytes = 4096;
select is(pg_temp.reserve(1), '{e3}', 'the limit in entries holds as well');
select pg_temp.record('exported');
select is(pg_temp.reserve(500), '{e4}', 'one entry that is larger than the limit goes alone: it must not wait for ever');
select pg_temp.record('exported');
select is(pg_temp.reserve(500, null, 2000), '{e5,e6}', 'a connector may take less at once');
select pg_temp.record('pending');
select is(pg_temp.reserve(500, null, 1), '{e5}', 'but takes one entry');
select pg_temp.record('pending');
select is(pg_temp.reserve(500, null, 100000), '{e5,e6,e7,e8}', 'and not more than the installation allows');
select pg_temp.record('pending');
select is(pg_temp.reserve(500, '{e9,e8,e7}', 2000), '{e7,e8}', 'of chosen entries likewise, in their order');
select pg_temp.record('pending');
select is(pg_temp.reserve(2, '{e9,e8,e7}'), '{e7,e8}', 'and as many as were asked for');
select pg_temp.record('pending');

-- The source corrects what waits: it counts as it goes out.
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
select is(public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(jsonb_build_object(
  'entry_key', 'e6', 'period', '2026-10', 'document_number', 'B-6', 'payload', pg_temp.payload(3500)))) -> 'replaced', '1',
  'a correction makes an entry larger');
select is(pg_temp.reserve(500), '{e5}', 'and the batch is measured anew');
select pg_temp.record('exported');
select is(pg_temp.reserve(500), '{e6}', 'so that it stays within its limit');
select pg_temp.record('exported');

select throws_ok($$ select pg_temp.reserve(1, null, 0) $$, 'PT422', 'invalid_worker_request', 'a limit of nothing is none');
select throws_ok($$ update sync_scheduler.settings set max_batch_bytes = 1023 $$, '23514', null, 'an operator cannot set it to nothing');
select throws_ok($$ update sync_scheduler.settings set max_batch_bytes = 16777217 $$, '23514', null, 'nor to what no isolate can hold');

-- What made an isolate's memory grow from 84 to 770 MB.
update sync_scheduler.settings set max_batch_bytes = default;
delete from public.sync_export_entries;
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
select sync_test.id('integration a'), 'large ' || n, '2026-10', 'B-' || n, pg_temp.payload(1048576)
from generate_series(1, 24) n;
create function pg_temp.hand_out(out entries int, out largest int) language plpgsql as $$
begin
  entries := 0;
  largest := 0;
  while pg_temp.reserve(24) is not null loop
    entries := entries + (select jsonb_array_length(batch -> 'entries') from batch);
    largest := greatest(largest, (select octet_length(batch::text) from batch));
    perform pg_temp.record('exported');
  end loop;
end
$$;
create temporary table handed as select * from pg_temp.hand_out();
select is((select entries from handed), 24, 'all of 24 entries of 1 MB are handed out');
select cmp_ok((select largest from handed), '<', 4194304 + 4096, 'never more than 4 MB at once');
select * from finish();
rollback;
