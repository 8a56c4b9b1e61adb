create or replace function sync_scheduler.next_cron_occurrence(
  expression text, time_zone text, after timestamptz
) returns timestamptz
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
declare
  fields sync_scheduler.cron_fields := sync_scheduler.parse_cron(expression);
  searched_to timestamptz := after;
  wall timestamp;
  change timestamptz;
  instant timestamptz;
begin
  perform sync_scheduler.validate_time_zone(time_zone);
  if not isfinite(after) then
    raise exception using errcode = 'datetime_field_overflow', message = 'after must be a finite instant',
      detail = jsonb_build_object('after', after)::text;
  end if;

  wall := after at time zone time_zone;
  if not fields.every_hour then
    -- Fixed times run when the clock first reaches or passes them. In the second pass through a repeated hour it has
    -- been further already: up to the change.
    change := sync_scheduler.latest_clock_change(time_zone, after);
    wall := greatest(wall, (change - interval '1 second') at time zone time_zone);
    wall := sync_scheduler.next_matching_wall_time(fields, wall);
    return sync_scheduler.first_instant_at_wall_time(wall, time_zone, after);
  end if;

  -- A wildcard hour runs whenever the clock shows a matching time. Where the clock jumps, the search goes on from what
  -- it shows then, which may be earlier (a repeated hour) or later (a skipped one).
  loop
    wall := sync_scheduler.next_matching_wall_time(fields, wall);
    instant := sync_scheduler.first_instant_at_wall_time(wall, time_zone, searched_to);
    if instant at time zone time_zone <> wall then
      change := instant;
    else
      change := sync_scheduler.latest_clock_change(time_zone, least(instant, searched_to + interval '26 hours'));
    end if;
    if change is null or change <= searched_to then
      return instant;
    end if;
    searched_to := change;
    wall := change at time zone time_zone - interval '1 microsecond';
  end loop;
  -- Never reached; the linter does not see that.
  return null;
end;
$$;
revoke all on function sync_scheduler.next_cron_occurrence(text, text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_cron_occurrence(text, text, timestamptz) is
  'The first instant strictly after `after` at which the expression is due in an IANA time zone; null for a null '
  'argument. Fixed hours (anything but a leading *: 2, 1-5, 0-23/2) are local times: each runs once, at the first '
  'instant at which the clock reaches or passes it. So one that the change skips runs at the end of the gap, once for all '
  'that meet there, and a repeated one in the first pass. A wildcard hour (*, */n) runs at every instant whose '
  'local time matches: through the repeated hour too, and never for a skipped one. '
  'Errors: PT422 invalid_schedule, PT422 invalid_time_zone, 22008 for an infinite `after`.';
