-- May this entry be booked?

-- Says why the outbox of an integration refuses an entry: the field and the reason, in one sentence; both are
-- null when the entry is sound. The reason never quotes the payload. max_payload: see settings. The door
-- add_sync_entries asks it about new and changed content only.
create or replace function sync_scheduler.entry_fault(
  integration public.sync_integrations, entry_key text, period text, document_number text, payload jsonb,
  max_payload integer, out field text, out reason text
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if (length(entry_fault.entry_key) between 1 and 200) is not true then
    field := 'entry_key';
    reason := 'The key must have 1 to 200 characters.';
  elsif (entry_fault.period ~ '^[0-9]{4}-(0[1-9]|1[0-3])$') is not true then
    field := 'period';
    reason := 'The period must be written YYYY-MM, with a month from 01 to 13.';
  elsif (length(entry_fault.document_number) between 1 and 35) is not true then
    field := 'document_number';
    reason := 'The document number must have 1 to 35 characters.';
  elsif jsonb_typeof(entry_fault.payload) is distinct from 'object' then
    field := 'payload';
    reason := 'The payload must be an object.';
  -- Not as text yet: a number of ten bytes may have 16,000 characters. What has so many bytes has more
  -- characters than allowed.
  elsif pg_column_size(entry_fault.payload) > 8 * entry_fault.max_payload::bigint then
    field := 'payload';
    reason := format('The payload must have at most %s bytes.', entry_fault.max_payload);
  -- Each level has eight bytes. Deeper ones might exhaust the stack of a reader.
  elsif pg_column_size(entry_fault.payload) > 4000
    and jsonb_path_exists(entry_fault.payload, 'strict $.**{501}') then
    field := 'payload';
    reason := 'The payload must have at most 500 levels.';
  elsif sync_scheduler.loses_digits(entry_fault.payload) then
    field := 'payload';
    reason := 'The payload holds a JSON number that loses digits on its way: write amounts as strings.';
  -- Text has at most 32 times as many bytes, now that no number is longer: nearly every voucher is small
  -- without being counted.
  elsif pg_column_size(entry_fault.payload) > entry_fault.max_payload / 32
    and octet_length(entry_fault.payload::text) > entry_fault.max_payload
  then
    field := 'payload';
    reason := format('The payload must have at most %s bytes.', entry_fault.max_payload);
  else
    select f.field, f.reason into field, reason
    from sync_scheduler.voucher_fault(
      integration, entry_fault.period, entry_fault.document_number, entry_fault.payload) f;
  end if;
end;
$$;

-- The first fault of an entry's content, by the rules of its integration. Returns where it is
-- (payload.lines[0].debit) and why, in one sentence that quotes no value of the payload. Both are null
-- without a fault. A payload with lines is a voucher, unless the config says payloads free; for a type in
-- exported_fields every payload is one. Called by entry_fault. voucherFault in voucher_fault.ts answers the
-- same, and judges before the first send.
create or replace function sync_scheduler.voucher_fault(
  integration public.sync_integrations, period text, document_number text, payload jsonb,
  out field text, out reason text
)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  config constant jsonb := integration.config;
  fields constant jsonb := sync_scheduler.exported_fields() -> integration.integration_type;
  -- Every payload is a voucher.
  is_ledger constant boolean := fields is not null;
  exported constant sync_scheduler.field_names := jsonb_populate_record(null::sync_scheduler.field_names,
    fields);
  ignored constant sync_scheduler.field_names :=
    jsonb_populate_record(null::sync_scheduler.field_names, config -> 'ignored_fields');
  is_voucher constant boolean := is_ledger
    or (config ->> 'payloads' is distinct from 'free' and voucher_fault.payload ? 'lines');
  fault record;
  lines constant jsonb := voucher_fault.payload -> 'lines';
  posting_date constant text := voucher_fault.payload ->> 'posting_date';
  currency text := voucher_fault.payload ->> 'currency';
  line jsonb;
  name text;
  difference numeric := 0;
  month text := voucher_fault.period;
  which text := '';
begin
  if jsonb_typeof(voucher_fault.payload) is distinct from 'object' then
    field := 'payload';
    reason := 'The payload must be an object.';
    return;
  elsif (voucher_fault.period ~ '^[0-9]{4}-(0[1-9]|1[0-3])$') is not true then
    field := 'period';
    reason := 'The period must be YYYY-MM, with a month from 01 to 13.';
    return;
  end if;

  if not is_voucher then
    -- A payload that is not read otherwise: a date in the expected form is one all the same.
    if (jsonb_typeof(voucher_fault.payload -> 'posting_date') = 'string'
      and posting_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') is not true
    then
      return;
    elsif not sync_scheduler.is_date(posting_date) then
      field := 'payload.posting_date';
      reason := 'The voucher''s posting_date must be a date that exists, YYYY-MM-DD.';
      return;
    end if;
  else
    if is_ledger then
      foreach name in array '{posting_date,currency,description}'::text[] loop
        if coalesce(voucher_fault.payload -> name, 'null') = 'null' then
          field := 'payload.' || name;
          reason := format('The voucher''s %s is missing.', name);
          return;
        end if;
      end loop;
    end if;
    fault := sync_scheduler.fields_fault(
      voucher_fault.payload, 'payload', 'The voucher''s', exported.voucher, ignored.voucher);
    if fault.field is not null then
      field := fault.field;
      reason := fault.reason;
      return;
    end if;

    if jsonb_typeof(lines) is distinct from 'array' then
      reason := 'must be a list';
    elsif jsonb_array_length(lines) = 0 then
      reason := 'must not be empty';
    elsif is_ledger and jsonb_array_length(lines) < 2 then
      reason := 'must be at least two';
    end if;
    if reason is not null then
      field := 'payload.lines';
      reason := format('The voucher''s lines %s.', reason);
      return;
    end if;
    for number in 1..jsonb_array_length(lines) loop
      line := lines -> number - 1;
      fault := sync_scheduler.line_fault(line, number, exported.line, ignored.line);
      if fault.field is not null then
        field := fault.field;
        reason := fault.reason;
        return;
      end if;
      currency := coalesce(currency, line ->> 'currency');
      if not is_ledger and line ->> 'currency' <> currency then
        field := format('payload.lines[%s].currency', number - 1);
        reason := format('Line %s: currency must be that of the voucher and the other lines.', number);
        return;
      end if;
      difference := difference + coalesce(line ->> 'debit', '0')::numeric - coalesce(line ->> 'credit',
        '0')::numeric;
    end loop;
    if difference <> 0 then
      field := 'payload.lines';
      reason := format('The voucher does not balance: debit and credit differ by %s.', abs(difference));
      return;
    end if;

    -- Two statements of one fact: the entry's and the payload's.
    if not is_ledger and coalesce(voucher_fault.payload -> 'document_number', 'null') <> 'null'
      and voucher_fault.payload -> 'document_number' is distinct from to_jsonb(voucher_fault.document_number)
    then
      field := 'payload.document_number';
      reason := 'The voucher''s document_number must be the entry''s document_number.';
      return;
    elsif not is_ledger and config ->> 'period_rule' is distinct from 'free'
      and coalesce(voucher_fault.payload -> 'period', 'null') <> 'null'
      and voucher_fault.payload -> 'period' is distinct from to_jsonb(voucher_fault.period)
    then
      field := 'payload.period';
      reason := 'The voucher''s period must be the entry''s period.';
      return;
    end if;
  end if;

  if config ->> 'period_rule' is distinct from 'free'
    and jsonb_typeof(voucher_fault.payload -> 'posting_date') = 'string'
  then
    -- A thirteenth period lies in the last month of its fiscal year. A fiscal year has the number of the
    -- calendar year in which it ends.
    if voucher_fault.period like '%-13' then
      month := left(voucher_fault.period, 5) || lpad(coalesce(config ->> 'fiscal_year_ends', '12'), 2, '0');
      which := ', the last month of the fiscal year ' || left(voucher_fault.period, 4);
    end if;
    if not starts_with(posting_date, month || '-') then
      field := 'payload.posting_date';
      reason := format('The voucher''s posting_date must lie in %s%s.', month, which);
    end if;
  end if;
end;
$$;

-- Is there a JSON number in it whose value a float would change, or with more than 340 decimals? The worker's
-- JSON.parse makes floats of numbers.
create or replace function sync_scheduler.loses_digits(content jsonb) returns boolean
language plpgsql stable strict set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
begin
  -- Nearly every voucher has its amounts in quotes and no number at all. To see that takes no query.
  if not jsonb_path_exists(content, 'strict $.** ? (@.type() == "number")') then
    return false;
  end if;
  -- As one array: jsonb_path_query moves all that is left at each row, 14 s for 200,000 numbers.
  return exists (
    select from jsonb_array_elements(
      jsonb_path_query_array(content, 'strict $.** ? (@.type() == "number")')) n
    where case
      -- Eight characters, 0e-16383, are written out as 16 KB.
      when scale(n::numeric) > 340 then true
      when n::numeric = 0 then false
      -- Within the range of a float; to cast what is beyond is an error.
      when abs(n::numeric) between 1e-300 and 1e300 then n::text::float8::text::numeric <> n::numeric
      else true end);
end;
$$;
