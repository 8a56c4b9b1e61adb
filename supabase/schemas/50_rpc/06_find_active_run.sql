create or replace function sync_scheduler.find_active_run(integration_id uuid) returns public.sync_run_log
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r
  where r.integration_id = find_active_run.integration_id and r.status in ('pending', 'running');
  return run;
end;
$$;
revoke all on function sync_scheduler.find_active_run(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_active_run(uuid) is
  'The active run of an integration, or null; a unique index allows no second one.';
