create or replace function sync_scheduler.value_fault(name text, value jsonb, is_exported boolean, ignored text[])
returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if value_fault.value = 'null' or value_fault.name in ('lines', 'account', 'debit', 'credit') then
    return null;
  elsif value_fault.name = 'date' or value_fault.name like '%\_date' then
    if (jsonb_typeof(value_fault.value) = 'string' and sync_scheduler.is_date(value_fault.value #>> '{}')) is not true then
      return 'must be a date that exists, YYYY-MM-DD';
    end if;
  elsif value_fault.name = 'currency' then
    if jsonb_typeof(value_fault.value) <> 'string' or value_fault.value #>> '{}' !~ '^[A-Z]{3}$' collate "C" then
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
revoke all on function sync_scheduler.value_fault(text, jsonb, boolean, text[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.value_fault(text, jsonb, boolean, text[]) is
  'What is wrong with the value of a voucher''s or a line''s field; null: nothing. is_exported: the connector exports '
  'certain fields, as texts. valueFault in voucher_fields.ts answers the same.';
