-- Fields of a voucher and of its lines.

-- The first fault of a voucher's line, numbered from 1: an account, and an amount on one side; the other side
-- is absent, null or zero. Both outputs are null without a fault. exported, ignored: as of fields_fault.
-- lineFault in line_fault.ts answers the same.
create or replace function sync_scheduler.line_fault(
  line jsonb, number integer, exported text[], ignored text[], out field text, out reason text
)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  path constant text := 'payload.lines[' || line_fault.number - 1 || ']';
  side text;
  amount jsonb;
  sides integer := 0;
  filled integer := 0;
  fault record;
begin
  field := path;
  if jsonb_typeof(line_fault.line) <> 'object' then
    reason := format('Line %s must be an object.', line_fault.number);
    return;
  elsif jsonb_typeof(line_fault.line -> 'account') is distinct from 'string' then
    field := path || '.account';
    reason := format('Line %s: account must be a text.', line_fault.number);
    return;
  elsif not sync_scheduler.is_filled(line_fault.line -> 'account') then
    field := path || '.account';
    reason := format('Line %s: account must not be empty.', line_fault.number);
    return;
  end if;

  foreach side in array '{debit,credit}'::text[] loop
    amount := line_fault.line -> side;
    continue when amount is null or amount = 'null';
    if jsonb_typeof(amount) <> 'string' then
      reason := 'must be a decimal in quotes, such as "100.00"';
    elsif not sync_scheduler.is_amount(amount #>> '{}') then
      reason := case when amount #>> '{}' like '-%' and sync_scheduler.is_amount(substr(amount #>> '{}', 2))
        then 'must not be negative: a negative debit is a credit'
        else 'must be a plain decimal of at most 15 digits and 6 decimals, such as "100.00"' end;
    end if;
    if reason is not null then
      field := path || '.' || side;
      reason := format('Line %s: %s %s.', line_fault.number, side, reason);
      return;
    end if;
    sides := sides + 1;
    if amount #>> '{}' ~ '[1-9]' then
      filled := filled + 1;
    end if;
  end loop;
  if sides = 0 then
    reason := format('Line %s has neither a debit nor a credit.', line_fault.number);
    return;
  elsif filled = 2 then
    reason := format('Line %s has both a debit and a credit.', line_fault.number);
    return;
  end if;

  fault := sync_scheduler.fields_fault(
    line_fault.line, path, format('Line %s:', line_fault.number), line_fault.exported, line_fault.ignored);
  field := fault.field;
  reason := fault.reason;
end;
$$;

-- The first fault of what every voucher and every line may have: fields that are not exported, dates, a
-- currency. Both outputs are null without a fault. `exported`: names; null: all. `ignored`: names that are
-- left out. The function fieldsFault in voucher_fields.ts answers the same.
create or replace function sync_scheduler.fields_fault(
  object jsonb, path text, subject text, exported text[], ignored text[], out field text, out reason text
)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  rest constant jsonb := fields_fault.object - coalesce(fields_fault.ignored, '{}');
  is_exported constant boolean := fields_fault.exported is not null;
  sound boolean;
  name text;
  value jsonb;
  what text;
begin
  -- Nearly every object is sound. To see that takes no query, and a delivery has thousands of them.
  if is_exported then
    sound := rest - fields_fault.exported = '{}';
  else
    sound := (rest - 'posting_date')::text not like '%date": %';
  end if;
  if sound then
    foreach name in array coalesce(fields_fault.exported, '{posting_date,currency}') loop
      value := rest -> name;
      if value is not null
        and sync_scheduler.value_fault(name, value, is_exported, fields_fault.ignored) is not null then
        sound := false;
        exit;
      end if;
    end loop;
    if sound then
      return;
    end if;
  end if;

  -- Of several faults the one whose name comes first: objects have no order.
  for name, value in select f.key, f.value from jsonb_each(rest) f order by f.key collate "C" loop
    if is_exported and name <> all (fields_fault.exported) then
      what := 'is not exported: remove it, or list it in ignored_fields';
    else
      what := sync_scheduler.value_fault(name, value, is_exported, fields_fault.ignored);
    end if;
    if what is not null then
      field := fields_fault.path || '.' || left(name, 100);
      reason := fields_fault.subject || ' ' || left(name, 100) || ' ' || what || '.';
      return;
    end if;
  end loop;
end;
$$;

-- What is wrong with the value of a voucher's or a line's field; null: nothing. is_exported: the connector
-- exports certain fields, as texts. valueFault in voucher_fields.ts answers the same.
create or replace function sync_scheduler.value_fault(name text, value jsonb, is_exported boolean,
  ignored text[])
returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if value_fault.value = 'null' or value_fault.name in ('lines', 'account', 'debit', 'credit') then
    return null;
  elsif value_fault.name = 'date' or value_fault.name like '%\_date' then
    if (jsonb_typeof(value_fault.value) = 'string' and sync_scheduler.is_date(value_fault.value #>> '{}'))
      is not true then
      return 'must be a date that exists, YYYY-MM-DD';
    end if;
  elsif value_fault.name = 'currency' then
    if jsonb_typeof(value_fault.value) <> 'string'
      or value_fault.value #>> '{}' !~ '^[A-Z]{3}$' collate "C" then
      return 'must be a currency code of three capital letters';
    end if;
  elsif not value_fault.is_exported then
    return null;
  elsif value_fault.name = 'dimensions' then
    if jsonb_typeof(value_fault.value) <> 'object' or exists (
      select from jsonb_each(value_fault.value) d
      where d.value <> 'null' and not sync_scheduler.is_filled(d.value)
        and ('dimensions.' || d.key = any (value_fault.ignored)) is not true
    ) then
      return 'must be an object of texts';
    end if;
  elsif jsonb_typeof(value_fault.value) <> 'string' then
    return 'must be a text';
  elsif value_fault.name <> 'description' and not sync_scheduler.is_filled(value_fault.value) then
    return 'must not be empty';
  end if;
  return null;
end;
$$;

-- Is it an amount of an entry: a plain decimal that is not negative? isAmount in decimal.ts applies the same
-- expression.
create or replace function sync_scheduler.is_amount(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return is_amount.value ~ '^[0-9]{1,15}(\.[0-9]{1,6})?$';
end;
$$;

-- Is it a day of the calendar, YYYY-MM-DD? 2026-02-30 is none. isDate in voucher_fields.ts answers the same.
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

-- Is it a text that holds more than blanks? isFilled in voucher_fields.ts answers the same.
create or replace function sync_scheduler.is_filled(value jsonb) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- The characters that \S of a regular expression in JavaScript passes over; \S of Postgres depends on the
  -- locale.
  return coalesce(jsonb_typeof(is_filled.value) = 'string' and btrim(is_filled.value #>> '{}',
    E' \t\n\r\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009'
    '\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
    ) <> '', false);
end;
$$;
