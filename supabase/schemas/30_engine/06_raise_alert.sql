create or replace function sync_scheduler.raise_alert(
  integration public.sync_integrations,
  kind public.sync_alert_kind,
  severity public.sync_alert_severity,
  incident timestamptz,
  message text,
  details jsonb default '{}',
  run_id uuid default null
) returns boolean
language plpgsql set search_path = '' as $$
begin
  -- Whoever notices the same incident second changes nothing: it is raised once.
  insert into public.sync_alerts (org_id, integration_id, run_id, kind, severity, dedup_key, message, details)
  values (integration.org_id, integration.id, raise_alert.run_id, raise_alert.kind, raise_alert.severity,
    sync_scheduler.alert_key(raise_alert.kind, integration.id, raise_alert.incident), raise_alert.message,
    raise_alert.details)
  on conflict (org_id, dedup_key) do nothing;
  return found;
end;
$$;
revoke all on function sync_scheduler.raise_alert(
  public.sync_integrations, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_alert(
  public.sync_integrations, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb, uuid) is
  'Raises an alert of an integration, once for each incident (see alert_key). message is in a coordinator''s words. '
  'Returns whether it was new.';
