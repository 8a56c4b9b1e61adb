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
revoke all on function sync_scheduler.line_fault(jsonb, integer, text[], text[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.line_fault(jsonb, integer, text[], text[]) is
  'The first fault of a voucher''s line, numbered from 1: an account, and an amount on one side; the other side is absent, '
  'null or zero. Both outputs are null without a fault. exported, ignored: as of fields_fault. lineFault in line_fault.ts '
  'answers the same.';
