create or replace function sync_scheduler.next_matching_wall_time(fields sync_scheduler.cron_fields, after timestamp)
returns timestamp
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  earliest timestamp := date_trunc('minute', after) + interval '1 minute';
  day date := sync_scheduler.next_matching_day(fields, earliest::date);
  hour integer := extract(hour from earliest);
  minute integer := extract(minute from earliest);
  found integer := 0;
begin
  if day = earliest::date then
    if get_bit(fields.hours, hour) = 1 then
      found := position(B'1' in substring(fields.minutes from minute + 1));
    end if;
    if found > 0 then
      return day + make_time(hour, minute + found - 1, 0);
    end if;
    found := position(B'1' in substring(fields.hours from hour + 2));
    if found > 0 then
      return day + make_time(hour + found, position(B'1' in fields.minutes) - 1, 0);
    end if;
    day := sync_scheduler.next_matching_day(fields, day + 1);
  end if;
  return day + make_time(position(B'1' in fields.hours) - 1, position(B'1' in fields.minutes) - 1, 0);
end;
$$;
revoke all on function sync_scheduler.next_matching_wall_time(sync_scheduler.cron_fields, timestamp)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_matching_wall_time(sync_scheduler.cron_fields, timestamp) is
  'The first minute of the calendar strictly after a wall-clock time whose fields match; whether a clock in some zone '
  'ever shows it is not its business.';
