create or replace function sync_scheduler.note_failed_check(
  integration public.sync_integrations,
  health public.sync_integration_health,
  in_incident boolean,
  error_class text,
  error_code text,
  error_message text,
  blames sync_scheduler.blames
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  status constant public.sync_health_status := sync_scheduler.health_after(error_class, blames);
begin
  if blames = 'quota' then
    perform sync_scheduler.enter_passive(integration.id);
  end if;
  perform sync_scheduler.set_health(integration.id, status, error_code, error_message);
  -- Unless the alert of a failed run says the same already: with another fault it is an alert of its own.
  if status = 'needs_attention' and not exists (
    select from public.sync_alerts a
    where a.integration_id = integration.id and a.kind = 'run_failed' and a.resolved_at is null
      and health.run_failed_at is not null and a.details ->> 'error_code' = note_failed_check.error_code)
  then
    perform sync_scheduler.raise_alert(integration, 'needs_attention', 'critical', null,
      'The integration needs attention. ' || error_message, jsonb_build_object('error_code', error_code));
  end if;
  -- One failure may be nobody's fault, and the next check is near; an incident of the vendor has an alert of its own.
  if status = 'unhealthy' and health.consecutive_failures > 1 and not in_incident then
    perform sync_scheduler.raise_alert(integration, 'unhealthy', 'warning', null,
      format('%s connection checks in a row have failed. %s', health.consecutive_failures, left(error_message, 300)),
      jsonb_build_object('error_code', error_code, 'next_check_at', health.next_check_at));
  end if;
end;
$$;
revoke all on function sync_scheduler.note_failed_check(
  public.sync_integrations, public.sync_integration_health, boolean, text, text, text, sync_scheduler.blames)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_failed_check(
  public.sync_integrations, public.sync_integration_health, boolean, text, text, text, sync_scheduler.blames) is
  'What a failed connection check says of the integration, whose health, locked, already counts it: needs_attention with its alert '
  '(blames configuration), degraded (and passive for blames quota), or unhealthy, of which the second in a row raises an alert.';
