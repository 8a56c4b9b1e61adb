-- Definer, because whoever may switch an integration off may not write alerts.
create or replace function sync_scheduler.resolve_slot_alerts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.resolve_alerts(new.id, '{drift,start_failed,missed_slot}');
  return null;
end;
$$;
revoke all on function sync_scheduler.resolve_slot_alerts() from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_slot_alerts() is
  'Trigger of sync_integrations: without a schedule, switched off or paused, no slot of the integration is late any more.';

create trigger resolve_slot_alerts after update of schedule, enabled, paused_at on public.sync_integrations
  for each row when (new.schedule is null or not new.enabled or new.paused_at is not null)
  execute function sync_scheduler.resolve_slot_alerts();
