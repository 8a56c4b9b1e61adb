-- Fields of a voucher and of its lines. A fault is {name, what}: a field, or null for the whole object, and
-- what is wrong with it.

-- Makes {field, reason} of the fault of a line. Lines are numbered from 1; null: the voucher itself.
create or replace function sync_scheduler.name_fault(number integer, fault text[]) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  path constant text := 'payload' || coalesce('.lines[' || number - 1 || ']', '');
  name constant text := left(fault[1], 100);
begin
  return case when name is null then array[path, format('Line %s %s.', number, fault[2])]
    else array[path || '.' || name, format('%s %s %s.',
      coalesce('Line ' || number || ':', 'The voucher''s'), name, fault[2])] end;
end;
$$;

-- Says why a value is no amount of an entry: the text of a plain decimal that is not negative. Null: it is
-- one, or there is none. amountFault in line_fault.ts answers the same.
create or replace function sync_scheduler.amount_fault(value jsonb) returns text
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when jsonb_typeof(value) not in ('string', 'null') then 'must be a decimal in quotes, such as "100.00"'
    when value #>> '{}' !~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$'
      then 'must be a plain decimal of at most 15 digits and 6 decimals, such as "100.00"'
    when starts_with(value #>> '{}', '-') then 'must not be negative: a negative debit is a credit' end;
end;
$$;

-- The fault of what every voucher and every line may have: fields that are not exported, dates, a currency.
-- Of several faults the one whose name comes first, because objects have no order. `exported`: names, whose
-- values are texts; null: all names. `ignored`: names that are left out. fieldsFault in voucher_fields.ts
-- answers the same.
create or replace function sync_scheduler.fields_fault(object jsonb, exported text[], ignored text[])
returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  rest constant jsonb := case when ignored is null then object else object - ignored end;
  names text[] := coalesce(exported, '{posting_date,currency}');
  name text;
  value jsonb;
  what text;
  fault text[];
begin
  -- Nearly every line has no field with a rule, and nearly every voucher no further one. To see that takes no
  -- query, and a delivery has thousands of them.
  if exported is null and not rest ? 'currency' and rest::text not like '%date": %' then
    return null;
  elsif (case when exported is null then (rest - 'posting_date')::text like '%date": %'
    else rest - exported <> '{}' end)
  then
    names := array(select jsonb_object_keys(rest));
  end if;
  foreach name in array names loop
    value := rest -> name;
    continue when value is null or name > fault[1] collate "C";
    -- With a query in it Postgres would plan the whole expression as one.
    if name = 'dimensions' and name = any (exported) and value <> 'null' then
      what := case when jsonb_typeof(value) <> 'object' or exists (
        select from jsonb_each(value) d
        where d.value <> 'null' and not sync_scheduler.is_filled(d.value)
          and ('dimensions.' || d.key = any (ignored)) is not true)
        then 'must be an object of texts' end;
    else
      what := case
        when name <> all (exported) then 'is not exported: remove it, or list it in ignored_fields'
        when value = 'null' or name in ('lines', 'account', 'debit', 'credit') then null
        when name = 'date' or name like '%\_date' then
          case when jsonb_typeof(value) <> 'string' or not sync_scheduler.is_date(value #>> '{}')
            then 'must be a date that exists, YYYY-MM-DD' end
        when name = 'currency' then
          case when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ '^[A-Z]{3}$' collate "C"
            then 'must be a currency code of three capital letters' end
        when exported is null then null
        when jsonb_typeof(value) <> 'string' then 'must be a text'
        when name <> 'description' and not sync_scheduler.is_filled(value) then 'must not be empty' end;
    end if;
    if what is not null then
      fault := array[name, what];
    end if;
  end loop;
  return fault;
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
  -- Nearly every text begins with a visible character of ASCII.
  return coalesce(jsonb_typeof(is_filled.value) = 'string' and (
    ascii(is_filled.value #>> '{}') between 33 and 126 or btrim(is_filled.value #>> '{}',
    E' \t\n\r\f\u000b\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009'
    '\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
    ) <> ''), false);
end;
$$;
