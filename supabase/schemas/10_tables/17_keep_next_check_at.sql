-- Definer, because whoever may change an integration may not write its health.
create or replace function sync_scheduler.keep_next_check_at() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_reconfigured boolean := old.config is distinct from new.config;
begin
  update public.sync_integration_health h set
    -- What was wrong may be fixed by the change.
    consecutive_failures = 0,
    -- Of these two alone: to pause or to switch on shows nothing about the external system.
    configured_at = case when is_reconfigured then now() else h.configured_at end,
    last_success_at = case when not is_reconfigured then h.last_success_at end,
    run_failed_at = case when not is_reconfigured then h.run_failed_at end,
    next_check_at = sync_scheduler.plan_check(new, 0, h.passive_since,
      greatest(now(), h.check_requested_at + new.health_check_interval / 2))
  where h.integration_id = new.id;
  -- It may be on another host from now on.
  if is_reconfigured then
    delete from sync_scheduler.vendor_failures f where f.integration_id = new.id;
  end if;
  return null;
end;
$$;
revoke all on function sync_scheduler.keep_next_check_at() from public, anon, authenticated, service_role;
comment on function sync_scheduler.keep_next_check_at() is
  'Trigger of sync_integrations: an integration that is changed, switched on or resumed is checked at its next turn, one that is '
  'switched off or paused not at all. With another config nothing has got through yet.';

-- Column by column: a comparison of rows comes back from the catalog in other words, and a schema diff would never be empty.
create trigger keep_next_check_at after update of enabled, paused_at, health_check_interval, config
  on public.sync_integrations for each row
  when (old.enabled is distinct from new.enabled or old.paused_at is distinct from new.paused_at
    or old.health_check_interval is distinct from new.health_check_interval or old.config is distinct from new.config)
  execute function sync_scheduler.keep_next_check_at();
