create or replace function sync_scheduler.open_incident(integration public.sync_integrations, host text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  settings sync_scheduler.settings;
  failed integer;
  first_failed_at timestamptz;
  incident public.sync_vendor_incidents;
begin
  select * into strict settings from sync_scheduler.settings;
  -- The caller holds the vendor's row: of several that fail at once, the last one counts them all.
  select count(*), min(f.failed_at) into failed, first_failed_at
  from sync_scheduler.vendor_failures f
  join sync_scheduler.vendors v on v.integration_type = f.integration_type and v.host = f.host
  where f.integration_type = integration.integration_type and f.host = open_incident.host
    and f.failed_at > now() - settings.incident_window
    -- As long as somebody gets through, it is not the vendor.
    and f.failed_at > coalesce(v.answered_at, '-infinity');
  if failed < settings.incident_organisations then
    return false;
  end if;

  insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  select t.code, open_incident.host, first_failed_at, failed,
    format('%s (%s) cannot be reached by several organisations. Syncs try again by themselves.',
      t.name, open_incident.host)
  from public.sync_integration_types t where t.code = integration.integration_type
  on conflict (integration_type, host) where ended_at is null do nothing
  returning * into incident;
  if incident.incident_id is not null then
    perform sync_scheduler.raise_shared_alert(incident.integration_type, 'vendor_incident', 'critical', incident.began_at,
      incident.message, jsonb_build_object('incident_id', incident.incident_id, 'host', incident.host, 'began_at', incident.began_at));
  end if;
  return true;
end;
$$;
revoke all on function sync_scheduler.open_incident(public.sync_integrations, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.open_incident(public.sync_integrations, text) is
  'Opens the incident of a vendor''s host, with one alert, if so many organisations (settings.incident_organisations) could not '
  'reach it lately and nobody could since. Returns whether there is one. For note_vendor_failure.';
