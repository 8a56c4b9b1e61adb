create or replace function sync_scheduler.due_slots(integration public.sync_integrations, most integer)
returns timestamptz[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  slots timestamptz[] := '{}'::timestamptz[];
  slot timestamptz := integration.next_run_at;
begin
  while slot <= now() and cardinality(slots) < most loop
    slots := slots || slot;
    slot := sync_scheduler.next_cron_occurrence(integration.schedule, integration.time_zone, slot);
  end loop;
  return slots;
end;
$$;
revoke all on function sync_scheduler.due_slots(public.sync_integrations, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.due_slots(public.sync_integrations, integer) is
  'The slots from next_run_at until now, in order, at most so many. More than one means that the scheduler was away.';
