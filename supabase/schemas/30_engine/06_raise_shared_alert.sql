create or replace function sync_scheduler.raise_shared_alert(
  integration_type text,
  kind public.sync_alert_kind,
  severity public.sync_alert_severity,
  incident timestamptz,
  message text,
  details jsonb default '{}'
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return sync_scheduler.note_alert(null, null, integration_type, kind, severity,
    sync_scheduler.alert_key(kind, coalesce(integration_type, 'all'), incident), message, details, null);
end;
$$;
revoke all on function sync_scheduler.raise_shared_alert(
  text, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_shared_alert(
  text, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb) is
  'Like raise_alert, for one alert of a vendor (all integrations of the type) or, with null, of the whole installation. '
  'Members of every organisation concerned read message and details: nothing of a single one belongs there.';
