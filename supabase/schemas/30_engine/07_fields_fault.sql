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
      if value is not null and sync_scheduler.value_fault(name, value, is_exported, fields_fault.ignored) is not null then
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
revoke all on function sync_scheduler.fields_fault(jsonb, text, text, text[], text[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.fields_fault(jsonb, text, text, text[], text[]) is
  'The first fault of what every voucher and every line may have: fields that are not exported, dates, a currency; both '
  'outputs are null without one. exported: names, null: all; ignored: names that are left out. fieldsFault in '
  'voucher_fields.ts answers the same.';
