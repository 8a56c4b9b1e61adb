-- The next instant of a cron expression in a time zone.

-- The first instant strictly after `after` at which the expression is due in an IANA time zone; null for a
-- null argument. Fixed hours (anything but a leading *: 2, 1-5, 0-23/2) are local times: each runs once, at
-- the first instant at which the clock reaches or passes it. So one that the change skips runs at the end of
-- the gap, once for all that meet there, and a repeated one in the first pass. A wildcard hour (*, */n) runs
-- at every instant whose local time matches: through the repeated hour too, and never for a skipped one.
-- Errors: PT422 invalid_schedule, PT422 invalid_time_zone, 22008 for an infinite `after`.
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
    -- Fixed times run when the clock first reaches or passes them. In the second pass through a repeated hour
    -- it has been further already: up to the change.
    change := sync_scheduler.latest_clock_change(time_zone, after);
    wall := greatest(wall, (change - interval '1 second') at time zone time_zone);
    wall := sync_scheduler.next_matching_wall_time(fields, wall);
    return sync_scheduler.first_instant_at_wall_time(wall, time_zone, after);
  end if;

  -- A wildcard hour runs whenever the clock shows a matching time. Where the clock jumps, the search goes on
  -- from what it shows then, which may be earlier (a repeated hour) or later (a skipped one).
  loop
    wall := sync_scheduler.next_matching_wall_time(fields, wall);
    instant := sync_scheduler.first_instant_at_wall_time(wall, time_zone, searched_to);
    if instant at time zone time_zone <> wall then
      change := instant;
    else
      change := sync_scheduler.latest_clock_change(time_zone,
        least(instant, searched_to + interval '26 hours'));
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

-- The first minute of the calendar strictly after a wall-clock time whose fields match; whether a clock in
-- some zone ever shows it is not its business.
create or replace function sync_scheduler.next_matching_wall_time(fields sync_scheduler.cron_fields,
  after timestamp)
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

-- The first date on or after earliest that month, day of month and day of week allow. One step a chosen
-- month: it ends, because parse_cron refuses dates that never come, and the rarest (29 February on one
-- weekday) comes within 40 years.
create or replace function sync_scheduler.next_matching_day(fields sync_scheduler.cron_fields, earliest date)
returns date
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  year integer := extract(year from earliest);
  month integer := extract(month from earliest);
  day integer := extract(day from earliest);
  weeks varbit := fields.weekdays || fields.weekdays || fields.weekdays
    || fields.weekdays || fields.weekdays || fields.weekdays;
  first_of_month date;
  days bit(31);
  found integer;
begin
  -- position() counts from 1; 0 means that no bit follows.
  loop
    found := position(B'1' in substring(fields.months from month));
    if found <> 1 then
      day := 1;
      if found = 0 then
        year := year + 1;
        month := position(B'1' in fields.months);
      else
        month := month + found - 1;
      end if;
    end if;

    first_of_month := make_date(year, month, 1);
    days := substring(weeks from extract(dow from first_of_month)::integer + 1 for 31);
    days := case when fields.either_day then days | fields.days else days & fields.days end;
    found := position(B'1' in substring(days from day));
    if found > 0 and extract(month from first_of_month + (day + found - 2)) = month then
      return first_of_month + (day + found - 2);
    end if;

    day := 1;
    year := year + month / 12;
    month := month % 12 + 1;
  end loop;
  -- Never reached; the linter does not see that.
  return null;
end;
$$;

-- The first instant later than after at which the zone's clocks show that wall time or, if they skip it, the
-- instant of the skip: what they show then is the first valid minute. The wall time must be later than what
-- they show at after.
create or replace function sync_scheduler.first_instant_at_wall_time(
  wall timestamp, time_zone text, after timestamptz
) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- Of two instants with this wall time Postgres takes the second; a skipped wall time it reads with the
  -- offset from before the change, so as an instant after it.
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

-- The instant of the last 26 hours, until included, at which the zone's offset changed; null if it did not.
-- 26 hours, because a change moves clocks by at most a day. No zone has changed twice within them since 1970
-- (a test looks).
create or replace function sync_scheduler.latest_clock_change(time_zone text, until timestamptz)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  since timestamptz := date_trunc('second', until) - interval '26 hours';
  wall timestamp := since at time zone time_zone;
  low integer := 0;
  high integer := 93600;
  middle integer;
begin
  if (since + interval '26 hours') at time zone time_zone = wall + interval '26 hours' then
    return null;
  end if;
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (since + middle * interval '1 second') at time zone time_zone = wall + middle * interval '1 second'
      then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return since + high * interval '1 second';
end;
$$;

-- Accepts UTC and the IANA names of the form Area/Location that this server knows. Refuses abbreviations and
-- other names without an area (CET, EST5EDT, Japan), POSIX rules (UTC+3) and names that do not exist. Errors:
-- PT422 invalid_time_zone, details {time_zone}.
create or replace function sync_scheduler.validate_time_zone(time_zone text) returns void
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  -- Postgres would also take an abbreviation (it reads CET as UTC+1, summer and winter) and a POSIX rule
  -- (UTC+3 is west of Greenwich there; a misspelt name with a digit in it is one too). pg_timezone_names
  -- would tell, but reads hundreds of files.
  if length(time_zone) > sync_scheduler.text_limit('time_zone')
    or time_zone !~ '^(UTC|Etc/GMT(0|[+]([0-9]|1[0-2])|-([0-9]|1[0-4]))|[A-Z][A-Za-z]*(/[A-Za-z_-]+){1,2})$'
      then
    perform sync_scheduler.raise_error('invalid_time_zone',
      jsonb_build_object('time_zone', left(validate_time_zone.time_zone, 100)));
  end if;
  perform now() at time zone time_zone;
exception when invalid_parameter_value then
  perform sync_scheduler.raise_error('invalid_time_zone',
    jsonb_build_object('time_zone', left(validate_time_zone.time_zone, 100)));
end;
$$;
