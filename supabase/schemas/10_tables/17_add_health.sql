-- Definer, because whoever may insert an integration may not write its health.
create or replace function sync_scheduler.add_health() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.sync_integration_health (integration_id, org_id, next_check_at)
  -- Not before it has had an interval: while it is being set up, a check would tell only what is missing.
  select a.id, a.org_id, sync_scheduler.plan_check(i, earliest := now() + i.health_check_interval)
  from added a join public.sync_integrations i on i.id = a.id;
  return null;
end;
$$;
revoke all on function sync_scheduler.add_health() from public, anon, authenticated, service_role;
comment on function sync_scheduler.add_health() is
  'Trigger of sync_integrations: every integration has its row of sync_integration_health from the start, and its turn to be checked.';

create trigger add_health after insert on public.sync_integrations
  referencing new table as added for each statement execute function sync_scheduler.add_health();
