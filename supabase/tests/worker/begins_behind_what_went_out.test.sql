-- Where a worker looks for its next batch: behind what the run has reserved, and nothing is passed over.
begin;
\ir ../fixtures.psql
select plan(8);

create temporary table run as select sync_test.trigger_as('service_role') as run_id, 1 as attempt;
select sync_test.claim(run_id) from run;
create function pg_temp.reserve(size integer, keys text[] default null) returns jsonb language sql as $$
  select public.sync_worker_reserve_entries(run_id, attempt, sync_test.token(run_id), size, keys) from run
$$;
create function pg_temp.export(size integer, state text default 'exported', keys text[] default null) returns text language plpgsql as $$
declare
  batch constant jsonb := pg_temp.reserve(size, keys);
begin
  perform public.sync_worker_record_results(run_id, attempt, sync_test.token(run_id), (batch ->> 'batch_id')::uuid,
    sync_test.results(batch, state)) from run;
  return (select string_agg(right(e ->> 'entry_key', 2), ' ') from jsonb_array_elements(batch -> 'entries') e);
end
$$;
-- As the row of a transaction that commits late: its number was drawn before, and no trigger sees it come back.
create temporary table free_ids (name text, id bigint);
with freed as (
  delete from public.sync_export_entries where integration_id = sync_test.id('integration a') and entry_key in ('entry 01', 'entry 02')
  returning entry_key, entry_id)
insert into free_ids select entry_key, entry_id from freed;
create function pg_temp.insert_late(key text) returns void language sql as $$
  insert into public.sync_export_entries (entry_id, integration_id, entry_key, period, document_number, payload)
  overriding system value select id, sync_test.id('integration a'), key, '2026-10', 'N', '{}' from free_ids where name = key
$$;

select is(array[pg_temp.export(1, 'rejected'), pg_temp.export(2)], '{03,04 05}', 'batches come in order');
select public.settle_sync_entries(sync_test.id('org a'), 'webhook', '[{"entry_key": "entry 03", "resolution": "resend"}]', 'Looked up');
select is(pg_temp.export(2), '03 06', 'an entry that a person sends again comes first');
select is(array[pg_temp.export(2, 'pending'), pg_temp.export(1, 'pending', '{entry 08}'), pg_temp.export(1)], '{07 08,08,07}',
  'what was not taken comes first, also when later ones were named');

select pg_temp.insert_late('entry 01');
select public.sync_worker_finish(run_id, 1, sync_test.token(run_id), 'continued') from run;
update run set attempt = 2;
select sync_test.claim(run_id, 2) from run;
select is(pg_temp.export(1), '08', 'the next attempt begins where the last one was');
select is(pg_temp.export(500), '09 10', 'and goes on to the end');
select is(pg_temp.export(1), '01', 'what appeared in front of it goes out before nothing is left');
select pg_temp.insert_late('entry 02');
update public.sync_export_entries set state = 'unknown', batch_id = gen_random_uuid(), unknown_since = now() where entry_key = 'entry 02'
  and integration_id = sync_test.id('integration a');
select is(pg_temp.reserve(1) -> 'resend', 'true', 'and so does a batch of unknown outcome');
select pg_temp.export(1);
select is(pg_temp.reserve(1) ->> 'batch_id', null, 'then nothing is left');

select * from finish();
rollback;
