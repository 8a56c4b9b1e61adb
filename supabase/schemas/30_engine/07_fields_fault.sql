create or replace function sync_scheduler.fields_fault(
  object jsonb, path text, subject text, exported jsonb, ignored jsonb, out field text, out reason text
)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  name text;
  value jsonb;
  what text;
begin
  for name, value in select f.key, f.value from jsonb_each(fields_fault.object) f order by f.key collate "C" loop
    if fields_fault.ignored ? name then
      continue;
    elsif fields_fault.exported is not null and not fields_fault.exported ? name then
      what := 'is not exported: remove it, or list it in ignored_fields';
    elsif value = 'null' or name in ('lines', 'account', 'debit', 'credit') then
      continue;
    elsif name ~ '(^|_)date$' then
      if (jsonb_typeof(value) = 'string' and sync_scheduler.is_date(value #>> '{}')) is not true then
        what := 'must be a date that exists, YYYY-MM-DD';
      end if;
    elsif name = 'currency' then
      if jsonb_typeof(value) <> 'string' or value #>> '{}' !~ '^[A-Z]{3}$' collate "C" then
        what := 'must be a currency code of three capital letters';
      end if;
    elsif fields_fault.exported is null then
      continue;
    elsif name = 'dimensions' then
      if jsonb_typeof(value) <> 'object' or exists (
        select from jsonb_each(value) d
        where d.value <> 'null' and not sync_scheduler.is_filled(d.value)
          and not coalesce(fields_fault.ignored ? ('dimensions.' || d.key), false)
      ) then
        what := 'must be an object of texts';
      end if;
    elsif jsonb_typeof(value) <> 'string' then
      what := 'must be a text';
    elsif name <> 'description' and not sync_scheduler.is_filled(value) then
      what := 'must not be empty';
    end if;
    if what is not null then
      field := fields_fault.path || '.' || left(name, 100);
      reason := fields_fault.subject || ' ' || left(name, 100) || ' ' || what || '.';
      return;
    end if;
  end loop;
end;
$$;
revoke all on function sync_scheduler.fields_fault(jsonb, text, text, jsonb, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.fields_fault(jsonb, text, text, jsonb, jsonb) is
  'The first fault of what every voucher and every line may have: fields that are not exported, dates, a currency; both '
  'outputs are null without one. exported: a list of names, null: all; ignored: names that are left out. fieldsFault in '
  'voucher_fields.ts answers the same.';
