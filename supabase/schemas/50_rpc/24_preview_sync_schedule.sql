-- Definer, because the scheduler's functions are private. The first statement checks the caller.
create or replace function public.preview_sync_schedule(
  org_id uuid, integration_type text, n integer default 5, schedule text default null, time_zone text default null
) returns table (scheduled_for timestamptz, local_time timestamp)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator,viewer}');
  perform sync_scheduler.require_text('schedule', preview_sync_schedule.schedule);
  perform sync_scheduler.require_text('time_zone', preview_sync_schedule.time_zone);
  if n is null or n not between 1 and 100 then
    perform sync_scheduler.raise_error('invalid_count', '{"n": "1 to 100"}');
  end if;
  integration := sync_scheduler.find_integration(org_id, integration_type);
  schedule := coalesce(schedule, integration.schedule);
  time_zone := coalesce(time_zone, integration.time_zone);
  -- What cannot be saved is refused also when there is nothing to show.
  perform sync_scheduler.validate_time_zone(time_zone);
  scheduled_for := now();
  for occurrence in 1..n loop
    scheduled_for := sync_scheduler.next_cron_occurrence(schedule, time_zone, scheduled_for);
    exit when scheduled_for is null;
    local_time := scheduled_for at time zone time_zone;
    return next;
  end loop;
end;
$$;
revoke all on function public.preview_sync_schedule(uuid, text, integer, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.preview_sync_schedule(uuid, text, integer, text, text) to authenticated, service_role;
comment on function public.preview_sync_schedule(uuid, text, integer, text, text) is
  'The next n (1 to 100) slots of the organisation''s integration, as instants and as its clocks show them, days of '
  'clock changes included; nothing if it has no schedule. With schedule or time_zone: of those, before they are saved. '
  'For members of the organisation and the service role. '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 argument_too_long, PT422 invalid_count, PT422 unknown_integration_type, PT404 '
  'integration_not_found, PT422 invalid_schedule, PT422 invalid_time_zone.';
