create or replace function sync_scheduler.enter_passive(integration_id uuid, retry_after interval default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.sync_integration_health h set
    passive_since = coalesce(h.passive_since, now()),
    -- From the newest time that the vendor said so: its quota was used up then, too.
    next_check_at = sync_scheduler.plan_check(i, 0, now(), now() + coalesce(enter_passive.retry_after, '0'))
  from public.sync_integrations i
  where h.integration_id = enter_passive.integration_id and i.id = h.integration_id;
end;
$$;
revoke all on function sync_scheduler.enter_passive(uuid, interval) from public, anon, authenticated, service_role;
comment on function sync_scheduler.enter_passive(uuid, interval) is
  'The vendor says that we ask too much: what is left of its quota is for the syncs. The integration is not checked until '
  'settings.passive_cooldown is over (and retry_after, the vendor''s hint). The last lock of its caller, as in set_health.';
