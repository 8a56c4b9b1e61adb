create or replace function sync_scheduler.first_instant_at_wall_time(
  wall timestamp, time_zone text, after timestamptz
) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- Of two instants with this wall time Postgres takes the second; a skipped wall time it reads with the offset from
  -- before the change, so as an instant after it.
  instant timestamptz := wall at time zone time_zone;
  change timestamptz := sync_scheduler.latest_clock_change(time_zone, instant);
  first_pass timestamptz;
begin
  if change is null then
    return instant;
  end if;
  if instant at time zone time_zone <> wall then
    return change;
  end if;
  first_pass := instant - ((change - interval '1 second') at time zone time_zone + interval '1 second'
    - change at time zone time_zone);
  return case when first_pass < change and first_pass > after then first_pass else instant end;
end;
$$;
revoke all on function sync_scheduler.first_instant_at_wall_time(timestamp, text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.first_instant_at_wall_time(timestamp, text, timestamptz) is
  'The first instant later than after at which the zone''s clocks show that wall time or, if they skip it, the instant '
  'of the skip: what they show then is the first valid minute. The wall time must be later than what they show at after.';
