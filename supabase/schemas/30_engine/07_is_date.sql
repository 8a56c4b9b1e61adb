create or replace function sync_scheduler.is_date(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
  year integer;
  month integer;
begin
  if is_date.value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    return false;
  end if;
  year := left(is_date.value, 4)::integer;
  month := substr(is_date.value, 6, 2)::integer;
  if year = 0 or month not between 1 and 12 then
    return false;
  end if;
  return right(is_date.value, 2)::integer
    between 1 and extract(day from make_date(year, month, 1) + interval '1 month' - interval '1 day');
end;
$$;
revoke all on function sync_scheduler.is_date(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_date(text) is
  'Is it a day of the calendar, YYYY-MM-DD? 2026-02-30 is none. isDate in voucher_fields.ts answers the same.';
