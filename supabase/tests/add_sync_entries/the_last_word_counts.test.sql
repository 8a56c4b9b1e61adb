-- The source changes its mind twice: what it said last is booked, or contradicts openly what is booked.
begin;
\ir ../fixtures.psql
select plan(16);

create function pg_temp.add(n int, amount text) returns text language sql as $$
  select string_agg(k, ' ') from jsonb_each(public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(
    jsonb_build_object('entry_key', 'entry 0' || n, 'period', '2026-10', 'document_number', 'B-' || n,
      'payload', jsonb_build_object('amount', amount))))) as counts (k, v) where v = '1'
$$;
create function pg_temp.entry(n int) returns table (state text, amount text, conflict text) language sql as $$
  select e.state::text, e.payload ->> 'amount', case when e.conflict_at is not null then e.conflict_content #>> '{payload,amount}' end
  from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.document_number = 'B-' || n
$$;
create temporary table run as select sync_test.trigger_as('coordinator') as run_id;
select sync_test.claim(run_id) from run;
create temporary table batch (b jsonb);
create function pg_temp.reserve(size int) returns text language plpgsql as $$
begin
  delete from batch;
  insert into batch select public.sync_worker_reserve_entries(run_id, 1, sync_test.token(run_id), size) from run;
  return (select string_agg(e #>> '{payload,amount}', ' ' order by n) from batch, jsonb_array_elements(b -> 'entries') with ordinality x (e, n));
end
$$;
create function pg_temp.record(state text) returns void language sql as $$
  select public.sync_worker_record_results(run_id, 1, sync_test.token(run_id), (b ->> 'batch_id')::uuid, sync_test.results(b, state))
  from run, batch
$$;
create function pg_temp.settle(n int, resolution text) returns integer language sql as $$
  select public.settle_sync_entries(sync_test.id('org a'), 'webhook', (
    select jsonb_build_array(jsonb_build_object('entry_key', e.entry_key, 'resolution', resolution, 'sent_at', e.sent_at))
    from public.sync_export_entries e where e.integration_id = sync_test.id('integration a') and e.document_number = 'B-' || n),
    'Looked it up.')
$$;

-- Back to what is being sent.
select is(pg_temp.reserve(1), '1.50', 'an entry is sent');
select is(array[pg_temp.add(1, '8'), pg_temp.add(1, '1.50')], '{conflicts,unchanged}', 'the source says something else, and takes it back');
select results_eq('select * from pg_temp.entry(1)', $$ values ('sending', '1.50', null) $$, 'the conflict is over');
select pg_temp.record('pending');
select is(pg_temp.reserve(1), '1.50', 'and what turns out not to have been taken goes out as the source said last');
select is(pg_temp.add(1, '8'), 'conflicts', 'the same contradiction again is a conflict again');
select results_eq('select * from pg_temp.entry(1)', $$ values ('sending', '1.50', '8') $$, 'with what the source says now');
select pg_temp.record('exported');
select is((select count(*)::int from public.sync_alerts where kind = 'entries_need_decision' and resolved_at is null), 1, 'a person has to decide');
select pg_temp.add(1, '1.50');
select is((select count(*)::int from public.sync_alerts where kind = 'entries_need_decision' and resolved_at is null), 0,
  'unless the source takes it back after the export');

-- Back to what was adopted in between.
select is(pg_temp.reserve(1), '2.50', 'another entry is sent');
select pg_temp.add(2, '20');
select pg_temp.record('pending');
select results_eq('select * from pg_temp.entry(2)', $$ values ('pending', '20', null) $$, 'not taken, it adopts what the source says');
select is(pg_temp.add(2, '2.50'), 'replaced', 'the source takes that back before it is sent');
select is(pg_temp.reserve(1), '2.50', 'the first content is sent');
select is(pg_temp.add(2, '20'), 'conflicts', 'and the second one contradicts it, though it was adopted before');
select pg_temp.record('exported');

-- What was given up, and sent again after all.
select pg_temp.reserve(1);
select pg_temp.add(3, '30');
select pg_temp.record('rejected');
select is(pg_temp.settle(3, 'abandon'), 1, 'a person gives an entry and its conflict up');
select pg_temp.settle(3, 'resend');
select is(pg_temp.reserve(1), '3.50', 'then sends it again');
select is(pg_temp.add(3, '30'), 'conflicts', 'the content that was given up contradicts it anew');

select * from finish();
rollback;
