-- May this entry be booked?

-- Says why the outbox of an integration refuses an entry: {field, reason}; null when the entry is sound. The
-- reason is one sentence that never quotes the payload. A field is named by its path, such as
-- payload.lines[0].debit. For a type in exported_fields every payload is a voucher. Else a payload with lines
-- is one, unless the config says payloads free. Only of new and changed content read_delivery asks it.
-- The twin of its rules for vouchers is voucherFault in voucher_fault.ts, which judges before the first send.
create or replace function sync_scheduler.entry_fault(
  rules sync_scheduler.entry_rules, entry_key text, period text, document_number text, payload jsonb,
  max_payload integer
) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  exported constant sync_scheduler.field_names := rules.exported;
  ignored constant sync_scheduler.field_names := rules.ignored_fields;
  -- Every payload is a voucher.
  is_ledger constant boolean := exported.line is not null;
  has_free_period constant boolean := coalesce(rules.period_rule = 'free', false);
  lines constant jsonb := payload -> 'lines';
  posting_date text;
  currency text;
  fault text[];
  line jsonb;
  debit text;
  credit text;
  difference numeric := 0;
  month text := period;
begin
  fault := case
    when (length(entry_key) between 1 and 200) is not true
      then array['entry_key', 'The key must have 1 to 200 characters.']
    when (period ~ '^[0-9]{4}-(0[1-9]|1[0-3])$') is not true
      then array['period', 'The period must be written YYYY-MM, with a month from 01 to 13.']
    when (length(document_number) between 1 and 35) is not true
      then array['document_number', 'The document number must have 1 to 35 characters.']
    when jsonb_typeof(payload) is distinct from 'object'
      then array['payload', 'The payload must be an object.']
    -- Not as text yet: a number of ten bytes may have 16,000 characters. What has so many bytes has more
    -- characters than allowed.
    when pg_column_size(payload) > 8 * max_payload::bigint
      then array['payload', format('The payload must have at most %s bytes.', max_payload)]
    -- Each level has eight bytes. Deeper ones might exhaust the stack of a reader.
    when pg_column_size(payload) > 4000 and jsonb_path_exists(payload, 'strict $.**{501}')
      then array['payload', 'The payload must have at most 500 levels.']
    when sync_scheduler.loses_digits(payload) then array['payload',
      'The payload holds a JSON number that loses digits on its way: write amounts as strings.']
    -- Text has at most 32 times as many bytes, now that no number is longer: nearly every voucher is small
    -- without being counted.
    when pg_column_size(payload) > max_payload / 32 and octet_length(payload::text) > max_payload
      then array['payload', format('The payload must have at most %s bytes.', max_payload)] end;
  if fault is not null then
    return fault;
  end if;

  posting_date := payload ->> 'posting_date';
  currency := payload ->> 'currency';
  if is_ledger or (payload ? 'lines' and rules.payloads is distinct from 'free') then
    fault := coalesce(
      case
        when not is_ledger then null
        when payload ->> 'posting_date' is null then '{posting_date,is missing}'::text[]
        when currency is null then '{currency,is missing}'
        when payload ->> 'description' is null then '{description,is missing}' end,
      sync_scheduler.fields_fault(payload - 'lines', exported.voucher, ignored.voucher),
      case
        when jsonb_typeof(lines) is distinct from 'array' then '{lines,must be a list}'::text[]
        when jsonb_array_length(lines) = 0 then '{lines,must not be empty}'
        when is_ledger and jsonb_array_length(lines) < 2 then '{lines,must be at least two}' end);
    if fault is not null then
      return sync_scheduler.name_fault(null, fault);
    end if;
    for number in 1..jsonb_array_length(lines) loop
      -- An account, and an amount on one side; the other side is absent, null or zero.
      line := lines -> number - 1;
      debit := line ->> 'debit';
      credit := line ->> 'credit';
      currency := coalesce(currency, line ->> 'currency');
      fault := coalesce(
        case
          when jsonb_typeof(line) <> 'object' then '{NULL,must be an object}'::text[]
          when jsonb_typeof(line -> 'account') is distinct from 'string' then '{account,must be a text}'
          when not sync_scheduler.is_filled(line -> 'account') then '{account,must not be empty}'
          when sync_scheduler.amount_fault(line -> 'debit') is not null
            then array['debit', sync_scheduler.amount_fault(line -> 'debit')]
          when sync_scheduler.amount_fault(line -> 'credit') is not null
            then array['credit', sync_scheduler.amount_fault(line -> 'credit')]
          when debit is null and credit is null then '{NULL,has neither a debit nor a credit}'
          when debit ~ '[1-9]' and credit ~ '[1-9]' then '{NULL,has both a debit and a credit}' end,
        sync_scheduler.fields_fault(line, exported.line, ignored.line),
        case when not is_ledger and line ->> 'currency' <> currency
          then '{currency,must be that of the voucher and the other lines}'::text[] end);
      if fault is not null then
        return sync_scheduler.name_fault(number, fault);
      end if;
      difference := difference + coalesce(debit, '0')::numeric - coalesce(credit, '0')::numeric;
    end loop;
    if difference <> 0 then
      return array['payload.lines',
        format('The voucher does not balance: debit and credit differ by %s.', abs(difference))];
    end if;

    -- Two statements of one fact: the entry's and the payload's.
    if not is_ledger and nullif(payload -> 'document_number', 'null') <> to_jsonb(document_number) then
      return sync_scheduler.name_fault(null, '{document_number,must be the entry''s document_number}');
    elsif not is_ledger and not has_free_period
      and nullif(payload -> 'period', 'null') <> to_jsonb(period)
    then
      return sync_scheduler.name_fault(null, '{period,must be the entry''s period}');
    end if;
  -- A payload that is not read otherwise: a date in the expected form is one all the same.
  elsif (posting_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') is not true then
    return null;
  elsif not sync_scheduler.is_date(posting_date) then
    return sync_scheduler.name_fault(null, '{posting_date,"must be a date that exists, YYYY-MM-DD"}');
  end if;

  -- A thirteenth period lies in the last month of its fiscal year. A fiscal year has the number of the
  -- calendar year in which it ends.
  if period like '%-13' then
    month := left(period, 5) || lpad(coalesce(rules.fiscal_year_ends, '12'), 2, '0');
  end if;
  if not has_free_period and not starts_with(posting_date, month || '-') then
    return sync_scheduler.name_fault(null, array['posting_date', 'must lie in ' || month
      || case when period like '%-13' then ', the last month of the fiscal year ' || left(period, 4)
        else '' end]);
  end if;
  return null;
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
