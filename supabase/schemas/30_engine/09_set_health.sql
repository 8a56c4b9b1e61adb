create or replace function sync_scheduler.set_health(
  integration_id uuid,
  status public.sync_health_status,
  error_code text default null,
  error_message text default null,
  run_id uuid default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
  integration public.sync_integrations;
begin
  -- The usual case, a run of a healthy integration that succeeds: one look by the key and no write.
  select * into health from public.sync_integration_health h where h.integration_id = set_health.integration_id;
  if (health.status, health.last_error_code, health.last_error_message)
    is not distinct from (set_health.status, set_health.error_code, set_health.error_message)
  then
    return;
  end if;

  select * into health from public.sync_integration_health h
  where h.integration_id = set_health.integration_id for no key update;
  -- That it is also slow or away does not mend it.
  if health.status = 'needs_attention' and set_health.status in ('degraded', 'unhealthy') then
    set_health.status := health.status;
  end if;
  update public.sync_integration_health h set
    status = set_health.status,
    -- Not now(): of two changes in a row each has an instant of its own, and its own incident.
    since = case when h.status = set_health.status then h.since else clock_timestamp() end,
    last_error_code = set_health.error_code,
    last_error_message = set_health.error_message
  where h.integration_id = set_health.integration_id
  returning h.since into health.since;

  if health.status <> 'needs_attention' and set_health.status = 'needs_attention' then
    select * into strict integration from public.sync_integrations i where i.id = set_health.integration_id;
    perform sync_scheduler.raise_alert(integration, 'needs_attention', 'critical',
      health.since, 'The integration needs attention. ' || set_health.error_message,
      jsonb_build_object('error_code', set_health.error_code, 'since', health.since), set_health.run_id);
  elsif set_health.status = 'healthy' then
    perform sync_scheduler.resolve_alerts(set_health.integration_id, '{needs_attention,unhealthy}');
  end if;
end;
$$;
revoke all on function sync_scheduler.set_health(uuid, public.sync_health_status, text, text, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.set_health(uuid, public.sync_health_status, text, text, uuid) is
  'Writes down how an integration is, with the newest failure (in a coordinator''s words). needs_attention raises one alert '
  'when it begins, with run_id if a run found it out, and ends only with healthy, which resolves the alert, and that of unhealthy. The last lock '
  'of its caller: after integration, run and entries.';
