create or replace function sync_scheduler.passive_until(integration public.sync_integrations) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    -- A paused or disabled integration has no next check.
    select coalesce(h.next_check_at, h.passive_since + s.passive_cooldown)
    from public.sync_integration_health h, sync_scheduler.settings s
    where h.integration_id = passive_until.integration.id and h.passive_since is not null
      and coalesce(h.next_check_at, h.passive_since + s.passive_cooldown) > clock_timestamp());
end;
$$;
revoke all on function sync_scheduler.passive_until(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.passive_until(public.sync_integrations) is
  'Until when a vendor that asked us to slow down gets no connection check, whoever asks for one; null: it may be asked.';
