create or replace function sync_scheduler.raise_alert(
  integration public.sync_integrations,
  kind public.sync_alert_kind,
  severity public.sync_alert_severity,
  incident timestamptz,
  message text,
  details jsonb default '{}',
  run_id uuid default null
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return sync_scheduler.note_alert(integration.org_id, integration.id, integration.integration_type, kind, severity,
    sync_scheduler.alert_key(kind, integration.id::text, incident), message, details, run_id);
end;
$$;
revoke all on function sync_scheduler.raise_alert(
  public.sync_integrations, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_alert(
  public.sync_integrations, public.sync_alert_kind, public.sync_alert_severity, timestamptz, text, jsonb, uuid) is
  'Raises an alert of an integration, once for each incident (see alert_key); while it is open, a further call counts it up '
  'and brings message, details and run_id up to date. message is in a coordinator''s words. Returns whether it was new. '
  'The last lock of its caller, but for that of another alert.';
