-- Definer, because whoever may insert an integration may not write its health.
create or replace function sync_scheduler.add_health() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.sync_integration_health (integration_id, org_id) select a.id, a.org_id from added a;
  return null;
end;
$$;
revoke all on function sync_scheduler.add_health() from public, anon, authenticated, service_role;
comment on function sync_scheduler.add_health() is
  'Trigger of sync_integrations: every integration has its row of sync_integration_health from the start.';

create trigger add_health after insert on public.sync_integrations
  referencing new table as added for each statement execute function sync_scheduler.add_health();
