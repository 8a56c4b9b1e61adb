-- Reads a cron expression: five fields (minute, hour, day of month, month, day of week; 0 and 7 are Sunday)
-- or a macro. As in Vixie's cron, a day field that starts with * does not restrict the other one, and of two
-- that restrict, one is enough. Errors: PT422 invalid_schedule, details {field, value, reason}; also for
-- dates that never come.
create or replace function sync_scheduler.parse_cron(expression text) returns sync_scheduler.cron_fields
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
  most constant integer := sync_scheduler.text_limit('schedule');
  trimmed text := btrim(left(expression, most + 1), E' \t\r\n');
  field text[];
  reason text;
  weekdays varbit;
  longest_month integer;
  parsed sync_scheduler.cron_fields;
begin
  if trimmed like '@%' then
    trimmed := case when lower(trimmed) = '@hourly' then '0 * * * *'
      when lower(trimmed) in ('@daily', '@midnight') then '0 0 * * *'
      when lower(trimmed) = '@weekly' then '0 0 * * 0'
      when lower(trimmed) = '@monthly' then '0 0 1 * *'
      when lower(trimmed) in ('@yearly', '@annually') then '0 0 1 1 *' end;
  end if;
  field := case when trimmed = '' then '{}' else regexp_split_to_array(trimmed, '[ \t\r\n]+') end;
  reason := case when length(expression) > most then format('longer than %s characters', most)
    when trimmed is null then 'unknown macro'
    when cardinality(field) <> 5 then format('five fields expected, found %s', cardinality(field)) end;
  if reason is not null then
    -- An error is no place for a megabyte.
    perform sync_scheduler.raise_error('invalid_schedule', jsonb_build_object(
      'field', 'expression', 'value', left(expression, 100), 'reason', reason));
  end if;

  parsed.minutes := sync_scheduler.parse_cron_field('minute', field[1], 0, 59);
  parsed.hours := sync_scheduler.parse_cron_field('hour', field[2], 0, 23);
  parsed.days := sync_scheduler.parse_cron_field('day_of_month', field[3], 1, 31);
  parsed.months := sync_scheduler.parse_cron_field('month', field[4], 1, 12,
    '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
  weekdays := sync_scheduler.parse_cron_field('day_of_week', field[5], 0, 7,
    '{sun,mon,tue,wed,thu,fri,sat,sun}');
  parsed.weekdays := substring(set_bit(weekdays, 0, get_bit(weekdays, 0) | get_bit(weekdays, 7)) for 7);
  parsed.either_day := not starts_with(field[3], '*') and not starts_with(field[5], '*');
  parsed.every_hour := starts_with(field[2], '*');

  longest_month := case when parsed.months & B'101010110101' <> B'000000000000' then 31
    when parsed.months & B'000101001010' <> B'000000000000' then 30 else 29 end;
  if not parsed.either_day and position(B'1' in parsed.days) > longest_month then
    perform sync_scheduler.raise_error('invalid_schedule', jsonb_build_object(
      'field', 'day_of_month', 'value', left(field[3], 100), 'reason', 'no chosen month has such a day'));
  end if;
  return parsed;
end;
$$;

-- A field of a cron expression as a bit for each value from lowest to highest. It may have `*`, values,
-- ranges a-b, steps `*/n` and a-b/n, and lists of these. Names are for lowest and following, in any case.
-- Errors: PT422 invalid_schedule.
create or replace function sync_scheduler.parse_cron_field(
  field text, value text, lowest integer, highest integer, names text[] default null) returns varbit
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  chosen varbit := repeat('0', highest - lowest + 1)::varbit;
  part text;
  divided text[];
  bounds text[];
  first integer;
  last integer;
  step integer;
  reason text;
begin
  if value = '*' then
    return ~chosen;
  end if;

  foreach part in array string_to_array(value, ',') loop
    divided := string_to_array(part, '/');
    bounds := string_to_array(divided[1], '-');
    first := case when divided[1] = '*' then lowest
      else sync_scheduler.parse_cron_value(bounds[1], names, lowest, lowest) end;
    last := case when divided[1] = '*' then highest
      when cardinality(bounds) > 1
        then sync_scheduler.parse_cron_value(bounds[2], names, lowest, coalesce(first, lowest))
      else first end;
    step := case when cardinality(divided) > 1
      then sync_scheduler.parse_cron_value(divided[2], null, 0, 0) else 1 end;

    reason := case when part = '' then 'an element of the list is empty'
      when cardinality(divided) > 2 or cardinality(bounds) > 2 then 'not a value, a range or a step'
      when first is null or last is null then 'neither a number nor a known name'
      when first not between lowest and highest or last not between lowest and highest then
        format('out of range: %s to %s', lowest, highest)
      when first > last then 'the range runs backwards'
      when step is null then 'the step is not a number'
      when step = 0 then 'the step is 0'
      -- Some crons read a/n as a-highest/n, others as a alone: the author has to say which.
      when cardinality(divided) > 1 and first = last and cardinality(bounds) = 1 then
        format('a step needs a range: %s-%s/%s', first, highest, step)
      -- 0 and 7 are the same Sunday.
      when step > highest - lowest + (field <> 'day_of_week')::integer
        then 'the step is larger than the field'
    end;
    if reason is not null then
      perform sync_scheduler.raise_error('invalid_schedule', jsonb_build_object(
        'field', field, 'value', left(part, 100), 'reason', reason));
    end if;

    for number in first..last by step loop
      chosen := set_bit(chosen, number - lowest, 1);
    end loop;
  end loop;
  return chosen;
end;
$$;

-- A number, or the value of a name (names[1] is lowest); null for anything else. Of a name that is there
-- twice, the first at or after since counts: the Sunday of FRI-SUN is 7.
create or replace function sync_scheduler.parse_cron_value(
  written text, names text[], lowest integer, since integer) returns integer
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if written ~ '^[0-9]+$' then
    -- Four digits are out of every range, and forty would be out of integer's.
    return left('0' || ltrim(written, '0'), 5)::integer;
  end if;
  return coalesce(array_position(names, lower(written), since - lowest + 1),
    array_position(names, lower(written))) - 1 + lowest;
end;
$$;
