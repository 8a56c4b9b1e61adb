begin;
\ir ../fixtures.psql
select plan(4);

-- The rule, for every table that a person may read: no statistics of texts, contents and people.
select is(array(
  select c.relname || '.' || a.attname
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    and has_table_privilege('authenticated', c.oid, 'select') and c.relrowsecurity
    and c.relname <> 'sync_integration_types'
    and (a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
      or (a.atttypid = 'uuid'::regtype and (a.attname like '%\_by' or a.attname like '%user\_id' or a.attname in ('actor_id', 'credentials_secret_id'))))
    -- The type of an integration is no secret: its codes are public.
    and a.attname <> 'integration_type' and a.attstattarget is distinct from 0
  order by 1), '{}', 'no column with words, contents or people has statistics');

-- What an outsider learns from `Prefer: count=planned`.
insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at, error_code,
  error_message, idempotency_key)
select sync_test.id('org a'), sync_test.id('integration a'), 'webhook', 'failed', 'api', now(), now(), 'x',
  'Customer Secret AS owes 5,000', 'secret-' || n from generate_series(1, 300) n;
update public.sync_export_entries set error_message = 'Customer Secret AS owes 5,000';
analyze public.sync_run_log, public.sync_export_entries;
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
select is(pg_temp.planned($$ select from public.sync_run_log where idempotency_key = 'secret-7' $$),
  pg_temp.planned($$ select from public.sync_run_log where idempotency_key = 'other' $$), 'so is a foreign key');
select is(pg_temp.planned($$ select from public.sync_export_entries where error_message = 'Customer Secret AS owes 5,000' $$),
  pg_temp.planned($$ select from public.sync_export_entries where error_message = 'Another' $$), 'and a foreign entry''s error');

select * from finish();
rollback;
