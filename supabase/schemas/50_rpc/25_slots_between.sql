create or replace function sync_scheduler.slots_between(
  schedule text, time_zone text, since timestamptz, until timestamptz, most integer
) returns setof timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- An occurrence at since itself counts.
  slot timestamptz := sync_scheduler.next_cron_occurrence(schedule, time_zone, since - interval '1 second');
begin
  for found_so_far in 1..most loop
    -- Null, without a schedule, ends it too.
    exit when slot is null or slot >= until;
    return next slot;
    slot := sync_scheduler.next_cron_occurrence(schedule, time_zone, slot);
  end loop;
end;
$$;
revoke all on function sync_scheduler.slots_between(text, text, timestamptz, timestamptz, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.slots_between(text, text, timestamptz, timestamptz, integer) is
  'The instants from since (included) to until (not included) at which a schedule is due, in order, at most so many. '
  'Errors: PT422 invalid_schedule, PT422 invalid_time_zone.';
