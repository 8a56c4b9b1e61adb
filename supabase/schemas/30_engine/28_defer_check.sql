create or replace function sync_scheduler.defer_check(integration_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Written only if the next check would come soon: of runs in a row most read one row and that is all.
  update public.sync_integration_health h set
    consecutive_failures = 0,
    next_check_at = sync_scheduler.plan_check(i, earliest := now() + i.health_check_interval)
  from public.sync_integrations i
  where h.integration_id = defer_check.integration_id and i.id = h.integration_id and h.passive_since is null
    and (h.next_check_at < now() + i.health_check_interval / 2 or h.consecutive_failures > 0);
end;
$$;
revoke all on function sync_scheduler.defer_check(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.defer_check(uuid) is
  'A run has got through to the external system just now: for an interval there is nothing to ask it. Not while the integration '
  'is passive. The caller writes health last: see set_health.';
