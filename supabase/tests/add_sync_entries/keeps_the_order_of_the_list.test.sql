begin;
\ir ../fixtures.psql
select plan(2);

-- Names whose alphabetical order is not the order of delivery.
create function pg_temp.key(n int) returns text language sql as $$ select md5(n::text) $$;
delete from public.sync_export_entries where integration_id = sync_test.id('integration a');
select public.add_sync_entries(sync_test.id('org a'), 'webhook', (
  select jsonb_agg(jsonb_build_object('entry_key', pg_temp.key(n), 'period', '2026-10', 'document_number', 'B', 'payload', '{}'::jsonb) order by n)
  from generate_series(1, 2000) n));
select is((select array_agg(entry_key order by entry_id) from public.sync_export_entries where integration_id = sync_test.id('integration a')),
  (select array_agg(pg_temp.key(n) order by n) from generate_series(1, 2000) n), 'entries are stored in the order of the list');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table reserved as select n, array_agg(e ->> 'entry_key' order by number) as keys
  from run, generate_series(1, 4) n, lateral (
    select b, sync_test.results(b, 'exported') as results from (select public.sync_worker_reserve_entries(
      run_id, 1, sync_test.token(run_id), 500) as b where n > 0) s) r,
    lateral (select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, results)) done,
    jsonb_array_elements(b -> 'entries') with ordinality e (e, number) group by n;
select is((select array_agg(k order by n, o) from reserved, unnest(keys) with ordinality u (k, o)),
  (select array_agg(pg_temp.key(n) order by n) from generate_series(1, 2000) n), 'and handed out in it');

select * from finish();
rollback;
