create or replace function sync_scheduler.has_room(integration public.sync_integrations) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select count(*) filter (where r.integration_type = integration.integration_type)
        < (select s.max_active_per_type from sync_scheduler.settings s)
      and count(*) filter (where r.org_id = integration.org_id)
        < (select s.max_active_per_org from sync_scheduler.settings s)
    from public.sync_run_log r where r.status in ('pending', 'running')
      -- What waits for the end of a pause takes no place.
      and (r.status = 'running' or r.notice is distinct from 'integration_paused'));
end;
$$;
revoke all on function sync_scheduler.has_room(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.has_room(public.sync_integrations) is
  'Do the active runs leave the scheduler room for one of this integration (settings.max_active_per_type, '
  'max_active_per_org)? Its cost follows how many runs are active.';
