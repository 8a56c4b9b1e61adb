create or replace function sync_scheduler.require_probe_due(
  integration public.sync_integrations, replaces_open boolean default false
) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.refuse_until((
    select p.requested_at + case when p.ended_at is null and not replaces_open
      then greatest(s.probe_timeout, s.probe_cooldown) else s.probe_cooldown end
    from sync_scheduler.probes p, sync_scheduler.settings s where p.integration_id = integration.id), 'check');
end;
$$;
revoke all on function sync_scheduler.require_probe_due(public.sync_integrations, boolean)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_probe_due(public.sync_integrations, boolean) is
  'Refuses (PT429 rate_limited) while the last connection check of the integration is younger than settings.probe_cooldown, '
  'or is still open and younger than settings.probe_timeout; replaces_open: an open one counts like another.';
