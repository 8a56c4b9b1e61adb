-- The first instant strictly after `after`; null for a null argument. See cron_occurrences.
create or replace function sync_scheduler.next_cron_occurrence(
  expression text, time_zone text, after timestamptz) returns timestamptz
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  return (select slot from sync_scheduler.cron_occurrences(expression, time_zone, after, 'infinity', 1) slot);
end;
$$;

-- The instants after `after` and up to `until` at which an expression is due in an IANA time zone: in order,
-- at most so many, none for a null argument.
-- Fixed hours (2, 1-5, 0-23/2) are local times. Each runs once, when the clock first reaches or passes it.
-- Times that the clock skips run once together, at the end of the gap. A time that it repeats runs in the
-- first pass. A wildcard hour (*, */n) runs at every instant whose local time matches.
-- Errors: PT422 invalid_schedule, PT422 invalid_time_zone, 22008 for an infinite `after`.
create or replace function sync_scheduler.cron_occurrences(
  expression text, time_zone text, after timestamptz, until timestamptz, most integer
) returns setof timestamptz
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
declare
  -- As far as latest_clock_change looks.
  span constant interval := interval '26 hours';
  fields constant sync_scheduler.cron_fields := sync_scheduler.parse_cron(expression);
  -- A bit for each minute of a day: each chosen hour has the chosen minutes.
  times constant varbit := replace(replace(translate(fields.hours::text, '10', 'mn'),
    'm', fields.minutes::text), 'n', repeat('0', 60));
  searched_to timestamptz := after;
  -- No clock change from `span` before the candidate until then: nothing needs a look.
  steady_until timestamptz := '-infinity'::timestamptz;
  wall timestamp;
  day date;
  minute integer;
  place integer;
  emitted integer := 0;
  instant timestamptz;
  change timestamptz;
  first_pass timestamptz;
begin
  perform sync_scheduler.validate_time_zone(time_zone);
  if not isfinite(after) then
    raise exception using errcode = 'datetime_field_overflow', message = 'after must be a finite instant',
      detail = jsonb_build_object('after', after)::text;
  end if;

  wall := after at time zone time_zone;
  if not fields.every_hour then
    -- In the second pass through a repeated hour the clock has been further already: up to the change.
    change := sync_scheduler.latest_clock_change(time_zone, after);
    wall := greatest(wall, (change - interval '1 second') at time zone time_zone);
  end if;

  while emitted < most loop
    -- The first matching minute of the calendar after `wall`. position() counts from 1; 0: no bit follows.
    wall := date_trunc('minute', wall) + interval '1 minute';
    if day is distinct from wall::date then
      day := sync_scheduler.next_matching_day(fields, wall::date);
    end if;
    minute := case when day = wall::date then extract(epoch from wall::time)::integer / 60 else 0 end;
    place := position(B'1' in substring(times from minute + 1));
    if place = 0 then
      day := sync_scheduler.next_matching_day(fields, day + 1);
      minute := 0;
      place := position(B'1' in times);
    end if;
    wall := day + (minute + place - 1) * interval '1 minute';

    -- Of two instants with this wall time Postgres takes the second. A skipped one it reads with the offset
    -- from before the change, so as an instant after it.
    instant := wall at time zone time_zone;
    if instant > least(steady_until, searched_to + span) then
      change := sync_scheduler.latest_clock_change(time_zone, instant);
      if instant at time zone time_zone <> wall then
        instant := change;
      elsif change is not null then
        first_pass := instant - ((change - interval '1 second') at time zone time_zone + interval '1 second'
          - change at time zone time_zone);
        if first_pass < change and first_pass > searched_to then
          instant := first_pass;
        end if;
      elsif sync_scheduler.latest_clock_change(time_zone, instant + span) is null then
        steady_until := instant + span;
      end if;
      if fields.every_hour then
        -- Where the clock jumps, the search goes on from what it shows then, which may be earlier (a repeated
        -- hour) or later (a skipped one).
        if instant at time zone time_zone = wall then
          change := sync_scheduler.latest_clock_change(time_zone, least(instant, searched_to + span));
        end if;
        if change > searched_to then
          searched_to := change;
          wall := change at time zone time_zone - interval '1 microsecond';
          continue;
        end if;
      end if;
    end if;

    exit when instant > until;
    return next instant;
    emitted := emitted + 1;
    searched_to := instant;
    wall := instant at time zone time_zone;
  end loop;
end;
$$;

-- The first date on or after `earliest` that month, day of month and day of week allow. It takes one step a
-- month. It ends, because parse_cron refuses dates that never come: the rarest comes within 40 years.
create or replace function sync_scheduler.next_matching_day(fields sync_scheduler.cron_fields, earliest date)
returns date
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  weeks constant varbit := repeat(fields.weekdays::text, 6);
  first_of_month timestamp := date_trunc('month', earliest::timestamp);
  days bit(31);
  place integer;
begin
  loop
    if get_bit(fields.months, extract(month from earliest)::integer - 1) = 1 then
      days := substring(weeks from extract(dow from first_of_month)::integer + 1 for 31);
      days := case when fields.either_day then days | fields.days else days & fields.days end;
      -- position() counts from 1; 0 means that no bit follows.
      place := position(B'1' in substring(days from extract(day from earliest)::integer));
      if place > 0 and extract(month from earliest + (place - 1)) = extract(month from earliest) then
        return earliest + (place - 1);
      end if;
    end if;
    first_of_month := first_of_month + interval '1 month';
    earliest := first_of_month;
  end loop;
  -- Never reached; the linter does not see that.
  return null;
end;
$$;

-- The instant of the last 26 hours, `until` included, at which the zone's offset changed; null if it did not.
-- A change moves clocks by at most a day. A test proves that no zone has changed twice in so long since 1970.
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
    if (since + middle * interval '1 second') at time zone time_zone
      = wall + middle * interval '1 second' then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return since + high * interval '1 second';
end;
$$;

-- Accepts UTC and the IANA names of the form Area/Location that this server knows. Refuses abbreviations
-- (CET), POSIX rules (UTC+3) and unknown names. Errors: PT422 invalid_time_zone, details {time_zone}.
create or replace function sync_scheduler.validate_time_zone(time_zone text) returns void
language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  -- Postgres reads CET as UTC+1 in summer, too, UTC+3 as west of Greenwich, and a misspelt name with a digit
  -- as a rule. The view pg_timezone_names reads hundreds of files.
  if length(time_zone) > sync_scheduler.text_limit('time_zone') or time_zone
    !~ '^(UTC|Etc/GMT(0|[+]([0-9]|1[0-2])|-([0-9]|1[0-4]))|[A-Z][A-Za-z]*(/[A-Za-z_-]+){1,2})$'
  then
    raise invalid_parameter_value;
  end if;
  perform now() at time zone time_zone;
exception when invalid_parameter_value then
  perform sync_scheduler.raise_error('invalid_time_zone',
    jsonb_build_object('time_zone', left(validate_time_zone.time_zone, 100)));
end;
$$;
