-- Fields of a voucher and of its lines. Each fault is {field, reason}; null: there is none.

-- The first fault of a voucher's line; lines are numbered from 1. A line has an account, and an amount on one
-- side; the other side is absent, null or zero. exported, ignored: as of fields_fault. lineFault in
-- line_fault.ts answers the same.
create or replace function sync_scheduler.line_fault(
  line jsonb, number integer, exported text[], ignored text[]
) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  path constant text := 'payload.lines[' || number - 1 || ']';
  subject constant text := 'Line ' || number || ':';
  side text;
  amount text;
  reason text;
  sides integer := 0;
  filled integer := 0;
begin
  if jsonb_typeof(line) <> 'object' then
    return array[path, format('Line %s must be an object.', number)];
  elsif jsonb_typeof(line -> 'account') is distinct from 'string' then
    return array[path || '.account', subject || ' account must be a text.'];
  elsif not sync_scheduler.is_filled(line -> 'account') then
    return array[path || '.account', subject || ' account must not be empty.'];
  end if;

  foreach side in array '{debit,credit}'::text[] loop
    amount := line ->> side;
    continue when amount is null;
    reason := case
      when jsonb_typeof(line -> side) <> 'string' then 'must be a decimal in quotes, such as "100.00"'
      when sync_scheduler.is_amount(amount) then null
      when amount like '-%' and sync_scheduler.is_amount(substr(amount, 2))
        then 'must not be negative: a negative debit is a credit'
      else 'must be a plain decimal of at most 15 digits and 6 decimals, such as "100.00"' end;
    if reason is not null then
      return array[path || '.' || side, format('%s %s %s.', subject, side, reason)];
    end if;
    sides := sides + 1;
    if amount ~ '[1-9]' then
      filled := filled + 1;
    end if;
  end loop;
  if sides = 0 then
    return array[path, format('Line %s has neither a debit nor a credit.', number)];
  elsif filled = 2 then
    return array[path, format('Line %s has both a debit and a credit.', number)];
  end if;
  return sync_scheduler.fields_fault(line, path, subject, exported, ignored);
end;
$$;

-- The fault of what every voucher and every line may have: fields that are not exported, dates, a currency.
-- Of several faults the one whose name comes first, because objects have no order. `exported`: names, whose
-- values are texts; null: all names. `ignored`: names that are left out. fieldsFault in voucher_fields.ts
-- answers the same.
create or replace function sync_scheduler.fields_fault(
  object jsonb, path text, subject text, exported text[], ignored text[]
) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  rest constant jsonb := case when ignored is null then object else object - ignored end;
  names text[] := coalesce(exported, '{posting_date,currency}');
  name text;
  value jsonb;
  what text;
  first text;
  fault text[];
begin
  -- Nearly every object has no other field with a rule. To see that takes no query, and a delivery has
  -- thousands of them.
  if (case when exported is null then (rest - 'posting_date')::text like '%date": %'
    else rest - exported <> '{}' end)
  then
    names := array(select jsonb_object_keys(rest));
  end if;
  foreach name in array names loop
    value := rest -> name;
    continue when value is null or name > first collate "C";
    if name <> all (exported) then
      what := 'is not exported: remove it, or list it in ignored_fields';
    elsif value = 'null' or name in ('lines', 'account', 'debit', 'credit') then
      what := null;
    elsif name = 'date' or name like '%\_date' then
      what := case
        when (jsonb_typeof(value) = 'string' and sync_scheduler.is_date(value #>> '{}')) is not true
          then 'must be a date that exists, YYYY-MM-DD' end;
    elsif name = 'currency' then
      what := case when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ '^[A-Z]{3}$' collate "C"
        then 'must be a currency code of three capital letters' end;
    elsif exported is null then
      what := null;
    elsif name = 'dimensions' then
      what := case when jsonb_typeof(value) <> 'object' or exists (
        select from jsonb_each(value) d
        where d.value <> 'null' and not sync_scheduler.is_filled(d.value)
          and ('dimensions.' || d.key = any (ignored)) is not true)
        then 'must be an object of texts' end;
    else
      what := case when jsonb_typeof(value) <> 'string' then 'must be a text'
        when name <> 'description' and not sync_scheduler.is_filled(value) then 'must not be empty' end;
    end if;
    if what is not null then
      first := name;
      fault := array[path || '.' || left(name, 100), format('%s %s %s.', subject, left(name, 100), what)];
    end if;
  end loop;
  return fault;
end;
$$;

-- Is it an amount of an entry: a plain decimal that is not negative? isAmount in decimal.ts applies the same
-- expression.
create or replace function sync_scheduler.is_amount(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return value ~ '^[0-9]{1,15}(\.[0-9]{1,6})?$';
end;
$$;

-- Is it a day of the calendar, YYYY-MM-DD? 2026-02-30 is none. isDate in voucher_fields.ts answers the same.
create or replace function sync_scheduler.is_date(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return case when value ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
    then right(value, 2)::integer <= extract(day from
      make_date(left(value, 4)::integer, substr(value, 6, 2)::integer, 1) + interval '1 month -1 day')
    else false end;
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
