create or replace function sync_scheduler.set_health(
  integration_id uuid,
  status public.sync_health_status,
  error_code text default null,
  error_message text default null,
  has_answered boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
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
  -- That it is also slow or away does not fix it.
  if health.status = 'needs_attention' and set_health.status in ('degraded', 'unhealthy') and not has_answered then
    set_health.status := health.status;
  end if;
  update public.sync_integration_health h set
    status = set_health.status,
    -- Not now(): of two changes in a row each has an instant of its own.
    since = case when h.status = set_health.status then h.since else clock_timestamp() end,
    last_error_code = set_health.error_code,
    last_error_message = set_health.error_message
  where h.integration_id = set_health.integration_id;
end;
$$;
revoke all on function sync_scheduler.set_health(uuid, public.sync_health_status, text, text, boolean)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.set_health(uuid, public.sync_health_status, text, text, boolean) is
  'Records how an integration is, with the newest failure (in a coordinator''s words). needs_attention ends with healthy, or with '
  'any status when the external system has just answered (has_answered). Raises and resolves no alert. After integration, run and '
  'entries, before alerts.';
