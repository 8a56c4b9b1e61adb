-- Trigger of check_faults and sync_vendor_incidents; its argument is what the alert is about. Locks alerts.
-- An error is a warning: it must not undo what was found.
create or replace function sync_scheduler.raise_health_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  concerned public.sync_integrations;
begin
  case tg_argv[0]
  when 'check' then
    select * into strict concerned from public.sync_integrations i where i.id = new.integration_id;
    if new.status = 'healthy' then
      perform sync_scheduler.resolve_alerts(concerned.id, '{needs_attention,unhealthy}');
    elsif new.status = 'unknown' then
      -- An admin has done what the alert asks for. No check has to confirm that.
      perform sync_scheduler.resolve_alerts(concerned.id, '{needs_attention}');
    elsif new.status = 'needs_attention' and new.refused_at = new.found_at then
      perform sync_scheduler.raise_alert(concerned, 'needs_attention', 'critical', null,
        'The integration needs attention. ' || new.error_message,
        jsonb_build_object('error_code', new.error_code));
    -- The first failure may pass, and the next check is near. An incident of the vendor has an alert itself.
    elsif new.status = 'unhealthy' and new.failures > 1 then
      perform sync_scheduler.raise_alert(concerned, 'unhealthy', 'warning', null,
        format('%s connection checks in a row have failed. %s', new.failures, left(new.error_message, 300)),
        jsonb_build_object('error_code', new.error_code, 'next_check_at', (
          select h.next_check_at from public.sync_integration_health h
          where h.integration_id = concerned.id)));
    end if;
  when 'incident' then
    -- One alert for all whom it concerns, until it is over.
    if new.ended_at is null then
      concerned.integration_type := new.integration_type;
      perform sync_scheduler.raise_alert(concerned, 'vendor_incident', 'critical', new.began_at, new.message,
        jsonb_build_object('incident_id', new.incident_id, 'host', new.host, 'began_at', new.began_at));
    else
      update public.sync_alerts a set resolved_at = now()
      where a.org_id is null and a.resolved_at is null and a.integration_type = new.integration_type
        and a.details ->> 'incident_id' = new.incident_id::text;
    end if;
  end case;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_health_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger check_alerts after insert or update on sync_scheduler.check_faults
  for each row execute function sync_scheduler.raise_health_alerts('check');
create trigger incident_alerts after insert or update of ended_at on public.sync_vendor_incidents
  for each row execute function sync_scheduler.raise_health_alerts('incident');
