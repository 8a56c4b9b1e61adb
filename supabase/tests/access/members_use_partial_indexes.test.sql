-- Behind a policy no comparison of a state is sought in an index: only a partial index holds what a member looks for.
begin;
\ir ../fixtures.psql
select plan(6);
-- Entries of another integration: in an empty table each index costs the same.
do $$ begin perform public.add_sync_entries(sync_test.id('org b'), 'webhook', (
  select jsonb_agg(jsonb_build_object('entry_key', 'other ' || n, 'period', '2026-10', 'document_number', 'B-' || n,
    'payload', '{"amount": "1.50"}'::jsonb)) from generate_series(1, 3000) n)); end $$;
-- Few rows: a plan without an index would always be cheaper. And what an index serves in its own order is no sign of it.
set local enable_seqscan = off;
set local enable_sort = off;
create function pg_temp.plan_of(query text) returns text language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (format json) ' || query into plan;
  return plan::text;
end
$$;
create function pg_temp.found_by(name text, index text, condition text, rows_of text default 'public.sync_export_entries') returns setof text
language sql as $$
  select matches(pg_temp.plan_of(format('select * from %s where %s', rows_of, condition)),
    format('"Index Name": "%s",[^}]*"Index Cond": "[^"]*_id = ', index), name)
$$;
select sync_test.act_as('viewer');

select pg_temp.found_by('the undecided entries of an integration are found by an index as a member',
  'sync_export_entries_undecided_idx', format('integration_id = %L and undecided', sync_test.id('integration a')));
select pg_temp.found_by('so are those that wait', 'sync_export_entries_pending_idx',
  format('integration_id = %L and state = ''pending''', sync_test.id('integration a')));
select pg_temp.found_by('those of unknown outcome', 'sync_export_entries_open_idx',
  format('integration_id = %L and state = ''unknown''', sync_test.id('integration a')));
select pg_temp.found_by('those that were rejected', 'sync_export_entries_rejected_idx',
  format('integration_id = %L and state = ''rejected'' order by entry_id', sync_test.id('integration a')));
select pg_temp.found_by('the failed runs of an organisation are found by an index as a member', 'sync_run_log_failed_idx',
  format('org_id = %L and status in (''failed'') order by triggered_at desc', sync_test.id('org a')), 'public.sync_run_log');
select pg_temp.found_by('its newest runs are found by their order', 'sync_run_log_org_idx',
  format('org_id = %L order by triggered_at desc', sync_test.id('org a')), 'public.sync_run_log');

select * from finish();
rollback;
