begin;
\ir ../fixtures.psql
select plan(17);

-- The rule, for every table that a person may read: only numbers, instants, yes or no, and lists of fixed words have statistics.
create function pg_temp.may_have_statistics(type regtype) returns boolean language sql as $$
  select type in ('bigint', 'integer', 'boolean', 'timestamptz', 'interval')
    or (select t.typtype = 'e' or (t.typelem <> 0 and (select e.typtype = 'e' from pg_type e where e.oid = t.typelem))
        from pg_type t where t.oid = type)
$$;
select is(array(
  select c.relname || '.' || a.attname
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'm', 'p') and a.attnum > 0 and not a.attisdropped
    and has_any_column_privilege('authenticated', c.oid, 'select')
    -- What every signed-in user may read: codes and names of types.
    and c.relname <> 'sync_integration_types' and a.attname <> 'integration_type'
    and not pg_temp.may_have_statistics(a.atttypid) and a.attstattarget is distinct from 0
  order by 1), '{}', 'no column with words, contents, ids or people has statistics');
select is((select a.attstattarget::integer from pg_attribute a
  where a.attrelid = 'public.sync_export_entries'::regclass and a.attname = 'payload_bytes'), 0, 'nor has the length of a payload');
-- An expression in an index has statistics of its own, which those of the columns do not stop.
select is(array(
  select i.indexrelid::regclass::text || '.' || a.attname
  from pg_index i join pg_class c on c.oid = i.indrelid
  join pg_attribute a on a.attrelid = i.indexrelid and i.indkey[a.attnum - 1] = 0
  where c.relnamespace = 'public'::regnamespace and not pg_temp.may_have_statistics(a.atttypid) and a.attstattarget is distinct from 0
  order by 1), '{}', 'no index has statistics of an expression that is a word, a content or an id');
select is(array(
  select e.stxname::text from pg_statistic_ext e join pg_class c on c.oid = e.stxrelid
  where c.relnamespace = 'public'::regnamespace order by 1), '{}', 'no extended statistics combine columns');

-- What an outsider learns from `Prefer: count=planned`.
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at, error_code,
  error_message, idempotency_key)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'failed', 'api', now(), now(), 'x',
  'Customer Secret AS owes 5,000', 'secret-' || n from generate_series(1, 300) n;
update public.sync_export_entries set error_message = 'Customer Secret AS owes 5,000';
analyze;
create function pg_temp.planned(query text) returns numeric language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (format json) ' || query into plan;
  return (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric;
end
$$;
grant execute on function pg_temp.planned(text) to authenticated;
select sync_test.act_as('outsider');
select is(pg_temp.planned($$ select from public.sync_run_log where error_message like 'Customer S%' $$),
  pg_temp.planned($$ select from public.sync_run_log where error_message like 'Customer X%' $$),
  'a right letter of a foreign message is planned like a wrong one');
select is(pg_temp.planned($$ select from public.sync_run_log where error_message between 'Customer S' and 'Customer T' $$),
  pg_temp.planned($$ select from public.sync_run_log where error_message between 'Customer X' and 'Customer Y' $$),
  'so is a range of them');
select is(pg_temp.planned($$ select from public.sync_run_log where idempotency_key = 'secret-7' $$),
  pg_temp.planned($$ select from public.sync_run_log where idempotency_key = 'other' $$), 'so is a foreign key');
select is(pg_temp.planned($$ select from public.sync_export_entries where error_message = 'Customer Secret AS owes 5,000' $$),
  pg_temp.planned($$ select from public.sync_export_entries where error_message = 'Another' $$), 'and a foreign entry''s error');

-- Ids can be found digit by digit where a range of them is planned by what is there.
select is(pg_temp.planned(format($$ select from public.%1$I where %2$I <= %3$L $$, c.tab, c.col, c.id)),
  pg_temp.planned(format($$ select from public.%1$I where %2$I <= %3$L $$, c.tab, c.col, 'ffffffff-ffff-4fff-bfff-ffffffffffff')),
  'a range of ' || c.tab || '.' || c.col || ' that ends below every id is planned like one of all of them')
from (values ('organizations', 'id', '00000000-0000-4000-8000-000000000000'), ('organization_members', 'org_id', '00000000-0000-4000-8000-000000000000'),
  ('sync_integrations', 'id', '00000000-0000-4000-8000-000000000000'), ('sync_run_log', 'org_id', '00000000-0000-4000-8000-000000000000'),
  ('sync_run_log', 'run_id', '00000000-0000-4000-8000-000000000000'), ('sync_export_entries', 'integration_id', '00000000-0000-4000-8000-000000000000')
) c (tab, col, id);
select is(pg_temp.planned(format('select from public.sync_run_log where org_id = %L', sync_test.id('org a'))),
  pg_temp.planned($$ select from public.sync_run_log where org_id = '00000000-0000-4000-8000-000000000000' $$),
  'how many runs an organisation has is not planned either');

-- What Postgres itself shows of statistics.
select is((select count(*) from pg_stats where schemaname in ('public', 'sync_scheduler')), 0::bigint,
  'pg_stats shows no statistics of tables with row level security');
select throws_ok('select count(*) from pg_statistic', '42501', null, 'and pg_statistic is closed');

select * from finish();
rollback;
