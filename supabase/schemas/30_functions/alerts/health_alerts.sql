-- Alerts that follow from connection checks and from a vendor's incidents.

-- Trigger of check_faults. A refused check raises needs_attention, the second unanswered one in a row raises
-- unhealthy, and an answer resolves both. Locks alerts. An error is a warning: it must not undo what the
-- check has found.
create or replace function sync_scheduler.raise_check_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  select * into strict integration from public.sync_integrations i where i.id = new.integration_id;
  if new.status = 'healthy' then
    perform sync_scheduler.resolve_alerts(integration.id, '{needs_attention,unhealthy}');
  elsif new.status = 'needs_attention' and new.refused_at = new.found_at then
    perform sync_scheduler.raise_alert(integration, 'needs_attention', 'critical', null,
      'The integration needs attention. ' || new.error_message,
      jsonb_build_object('error_code', new.error_code));
  -- The first failure may pass, and the next check is near. An incident of the vendor has an alert itself.
  elsif new.status = 'unhealthy' and new.failures > 1 then
    perform sync_scheduler.raise_alert(integration, 'unhealthy', 'warning', null,
      format('%s connection checks in a row have failed. %s', new.failures, left(new.error_message, 300)),
      jsonb_build_object('error_code', new.error_code, 'next_check_at', (
        select h.next_check_at from public.sync_integration_health h
        where h.integration_id = new.integration_id)));
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_check_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger check_alerts after insert or update on sync_scheduler.check_faults
  for each row execute function sync_scheduler.raise_check_alerts();

-- Trigger of sync_vendor_incidents: an incident has one alert for all whom it concerns, until it is over.
-- Locks alerts. An error is a warning.
create or replace function sync_scheduler.raise_incident_alert() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  vendor public.sync_integrations;
begin
  if new.ended_at is null then
    vendor.integration_type := new.integration_type;
    perform sync_scheduler.raise_alert(vendor, 'vendor_incident', 'critical', new.began_at, new.message,
      jsonb_build_object('incident_id', new.incident_id, 'host', new.host, 'began_at', new.began_at));
  else
    update public.sync_alerts a set resolved_at = now()
    where a.org_id is null and a.resolved_at is null and a.integration_type = new.integration_type
      and a.details ->> 'incident_id' = new.incident_id::text;
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_incident_alert: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger began_alert after insert on public.sync_vendor_incidents
  for each row when (new.ended_at is null) execute function sync_scheduler.raise_incident_alert();
create trigger ended_2_alert after update of ended_at on public.sync_vendor_incidents
  for each row execute function sync_scheduler.raise_incident_alert();
