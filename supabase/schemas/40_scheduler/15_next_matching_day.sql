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
revoke all on function sync_scheduler.next_matching_day(sync_scheduler.cron_fields, date)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_matching_day(sync_scheduler.cron_fields, date) is
  'The first date on or after earliest that month, day of month and day of week allow. One step a chosen month: it '
  'ends, because parse_cron refuses dates that never come, and the rarest (29 February on one weekday) comes within 40 '
  'years.';
