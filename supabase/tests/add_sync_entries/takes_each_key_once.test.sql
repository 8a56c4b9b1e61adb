begin;
\ir ../fixtures.psql
select plan(25);

create function pg_temp.add(variadic entries jsonb[]) returns jsonb language plpgsql as $$
declare
  counts jsonb;
begin
  perform sync_test.act_as('service_role');
  counts := public.add_sync_entries(sync_test.id('org a'), 'webhook', to_jsonb(entries));
  perform sync_test.act_as('owner');
  return counts;
end
$$;
create function pg_temp.given(n int, amount text default null) returns jsonb language sql as $$
  select jsonb_build_object('entry_key', 'entry ' || case when n < 10 then '0' else '' end || n, 'period', '2026-10',
    'document_number', 'B-' || n, 'payload', jsonb_build_object('amount', coalesce(amount, n || '.50')))
$$;
create function pg_temp.counts(added int, replaced int, unchanged int, conflicts int) returns jsonb language sql as $$
  select jsonb_build_object('added', added, 'replaced', replaced, 'unchanged', unchanged, 'conflicts', conflicts,
    'refused', '[]'::jsonb)
$$;
create function pg_temp.entry_of(n int)
returns table (state text, amount text, conflict boolean, other text, exported boolean) language sql as $$
  select state::text, payload ->> 'amount', conflict_at is not null, conflict_content #>> '{payload,amount}',
    exported_at is not null
  from public.sync_export_entries
  where integration_id = sync_test.id('integration a') and document_number = 'B-' || n
$$;
create temporary table before as select count(*) as n from public.sync_export_entries;

select is(pg_temp.add(pg_temp.given(11), pg_temp.given(12)), pg_temp.counts(2, 0, 0, 0), 'new keys are added');
select results_eq('select * from pg_temp.entry_of(12)', $$ values ('pending', '12.50', false, null, false) $$, 'and wait');
select is(pg_temp.add(pg_temp.given(11), pg_temp.given(12), pg_temp.given(13)), pg_temp.counts(1, 0, 2, 0),
  'delivered again they change nothing');
select is(pg_temp.add(pg_temp.given(12, '13')), pg_temp.counts(0, 1, 0, 0), 'what no vendor has seen is replaced');
select results_eq('select * from pg_temp.entry_of(12)', $$ values ('pending', '13', false, null, false) $$,
  'by what the source says now');
select is((select count(*) from public.sync_export_entries), (select n + 3 from before),
  'all in the one integration');

create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table batch as
  select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 3) as batch from run;
select is(pg_temp.add(pg_temp.given(1), pg_temp.given(2, '9')), pg_temp.counts(0, 0, 1, 1),
  'other content for what is being sent is a conflict');
select results_eq('select * from pg_temp.entry_of(2)', $$ values ('sending', '2.50', true, '9', false) $$,
  'which leaves the batch as it is');
select is(
  (select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 3) -> 'entries' from run), (select batch -> 'entries' from batch), 'for a person who sends it again');
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (batch ->> 'batch_id')::uuid,
  '[{"entry_key": "entry 01", "state": "exported", "external_id": "V-1"}, {"entry_key": "entry 02", "state": "exported"},
    {"entry_key": "entry 03", "state": "rejected", "error": "no such account"}]') from run, batch;
select results_eq('select * from pg_temp.entry_of(2)', $$ values ('exported', '2.50', true, '9', true) $$,
  'it outlives the export');
select is(pg_temp.add(pg_temp.given(1, '8')), pg_temp.counts(0, 0, 0, 1), 'other content for an exported key');
select results_eq('select * from pg_temp.entry_of(1)', $$ values ('exported', '1.50', true, '8', true) $$,
  'is a conflict, and it stays known as exported');
select is((select external_id from public.sync_export_entries where integration_id = sync_test.id('integration a')
  and entry_key = 'entry 01'), 'V-1', 'under its external id');
select is(pg_temp.add(pg_temp.given(3, '7')), pg_temp.counts(0, 0, 0, 1),
  'a person corrects a rejected one, not a delivery');
select results_eq('select * from pg_temp.entry_of(3)', $$ values ('rejected', '3.50', true, '7', false) $$, 'either');
select is(pg_temp.add(pg_temp.given(1, '8'), pg_temp.given(5)), pg_temp.counts(0, 0, 1, 1),
  'the same contradiction counts again');
select is(pg_temp.add(pg_temp.given(1, '6')), pg_temp.counts(0, 0, 0, 1), 'a newer one');
select results_eq('select * from pg_temp.entry_of(1)', $$ values ('exported', '1.50', true, '6', true) $$,
  'takes the place of the older');
select is((select array_agg(e ->> 'entry_key') from run,
  jsonb_array_elements(public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 500) -> 'entries') e),
  (select array_agg('entry ' || lpad(n::text, 2, '0')) from generate_series(4, 13) n), 'nothing of it is sent');
select results_eq(
  $$ select entry_key from public.sync_export_entries where conflict_at is not null order by entry_key $$,
  $$ values ('entry 01'), ('entry 02'), ('entry 03') $$, 'one query shows what a person has to look at');

select is(pg_temp.add(pg_temp.given(4, '40')), pg_temp.counts(0, 0, 0, 1), 'a conflict of what is on its way');
select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid,
  sync_test.results(b, 'pending'))
from run, lateral (select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), 500) as b) r;
select results_eq('select * from pg_temp.entry_of(4)', $$ values ('pending', '40', false, null, false) $$,
  'is none any more if it was not taken: what goes out is what the source says now');

select is(public.add_sync_entries(sync_test.id('org b'), 'webhook', (
  select jsonb_agg(pg_temp.given(n)) from generate_series(1, 10000) n)), pg_temp.counts(9990, 0, 10, 0),
  'ten thousand come at once');
select is(public.add_sync_entries(sync_test.id('org b'), 'webhook', (
  select jsonb_agg(pg_temp.given(n, '1')) from generate_series(1, 10000) n)), pg_temp.counts(0, 10000, 0, 0),
  'and are replaced at once');
select is(public.add_sync_entries(sync_test.id('org b'), 'webhook', '[]'), pg_temp.counts(0, 0, 0, 0), 'or none');

select * from finish();
rollback;
