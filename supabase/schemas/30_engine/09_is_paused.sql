create or replace function sync_scheduler.is_paused(integration public.sync_integrations) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return integration.paused_at is not null and coalesce(integration.resume_at > now(), true);
end;
$$;
revoke all on function sync_scheduler.is_paused(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_paused(public.sync_integrations) is
  'Is the integration paused now? A pause ends by itself at resume_at.';
