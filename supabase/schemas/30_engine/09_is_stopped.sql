create or replace function sync_scheduler.is_stopped(integration public.sync_integrations) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return not integration.enabled or sync_scheduler.is_paused(integration);
end;
$$;
revoke all on function sync_scheduler.is_stopped(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_stopped(public.sync_integrations) is
  'Is the integration disabled, or paused now? Then nothing of it is reserved or dispatched.';
