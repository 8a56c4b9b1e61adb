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
  -- Not as text yet: a number of ten bytes may have 16,000 characters. What has so many bytes has more characters than allowed.
  elsif pg_column_size(entry_fault.payload) > 8 * entry_fault.max_payload::bigint then
    field := 'payload';
    reason := format('The payload must have at most %s bytes.', entry_fault.max_payload);
  -- Each level has eight bytes. Deeper ones might exhaust the stack of whoever reads them.
  elsif pg_column_size(entry_fault.payload) > 4000 and jsonb_path_exists(entry_fault.payload, 'strict $.**{501}') then
    field := 'payload';
    reason := 'The payload must have at most 500 levels.';
  elsif sync_scheduler.loses_digits(entry_fault.payload) then
    field := 'payload';
    reason := 'The payload holds a JSON number that loses digits on its way: write amounts as strings.';
  -- Text has at most 32 times as many bytes, now that no number is longer: nearly every voucher is small without being counted.
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
revoke all on function sync_scheduler.entry_fault(public.sync_integrations, text, text, text, jsonb, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.entry_fault(public.sync_integrations, text, text, text, jsonb, integer) is
  'Says why the outbox of an integration refuses an entry: the field and the reason, in one sentence; both are null when the '
  'entry is sound. The reason never quotes the payload. max_payload: see settings. The door add_sync_entries asks it about new and changed content only.';
