create or replace function sync_scheduler.parse_cron(expression text) returns sync_scheduler.cron_fields
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
  trimmed text := btrim(expression, E' \t\r\n');
  field text[];
  weekdays varbit;
  longest_month integer;
  parsed sync_scheduler.cron_fields;
begin
  if length(expression) > sync_scheduler.text_limit('schedule') then
    perform sync_scheduler.raise_invalid_schedule('expression', expression,
      format('longer than %s characters', sync_scheduler.text_limit('schedule')));
  elsif trimmed like '@%' then
    trimmed := case lower(trimmed)
      when '@hourly' then '0 * * * *'
      when '@daily' then '0 0 * * *'
      when '@midnight' then '0 0 * * *'
      when '@weekly' then '0 0 * * 0'
      when '@monthly' then '0 0 1 * *'
      when '@yearly' then '0 0 1 1 *'
      when '@annually' then '0 0 1 1 *'
    end;
    if trimmed is null then
      perform sync_scheduler.raise_invalid_schedule('expression', expression, 'unknown macro');
    end if;
  end if;

  field := case when trimmed = '' then '{}' else regexp_split_to_array(trimmed, '[ \t\r\n]+') end;
  if cardinality(field) <> 5 then
    perform sync_scheduler.raise_invalid_schedule('expression', expression,
      format('five fields expected, found %s', cardinality(field)));
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

  longest_month := case
    when parsed.months & B'101010110101' <> B'000000000000' then 31
    when parsed.months & B'000101001010' <> B'000000000000' then 30
    else 29 end;
  if not parsed.either_day and position(B'1' in parsed.days) > longest_month then
    perform sync_scheduler.raise_invalid_schedule('day_of_month', field[3], 'no chosen month has such a day');
  end if;
  return parsed;
end;
$$;
revoke all on function sync_scheduler.parse_cron(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.parse_cron(text) is
  'Validates a cron expression, as when a schedule is saved: five fields (minute, hour, day of month, month, day of '
  'week; 0 and 7 are Sunday) or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. As in Vixie''s cron, '
  'a day field that starts with * does not restrict the other one, and of two that restrict, one is enough. '
  'Errors: PT422 invalid_schedule, details {field, value, reason}; also for dates that never come.';
