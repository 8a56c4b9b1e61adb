create or replace function sync_scheduler.lock_active_run(integration_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.sync_run_log r
  where r.integration_id = lock_active_run.integration_id and r.status in ('pending', 'running')
  for no key update;
end;
$$;
revoke all on function sync_scheduler.lock_active_run(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.lock_active_run(uuid) is
  'Keeps the worker of an integration from its entries until the transaction ends. The caller holds the integration''s '
  'lock, so no further run begins.';
