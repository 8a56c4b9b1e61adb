create or replace function sync_scheduler.entry_hash(period text, document_number text, payload jsonb) returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Of the text, not of the values: 1.0 and 1.00 are equal as jsonb, but not the same bytes to a receiver.
  return sha256(convert_to(jsonb_build_array(period, document_number, payload)::text, 'UTF8'));
end;
$$;
revoke all on function sync_scheduler.entry_hash(text, text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.entry_hash(text, text, jsonb) is
  'SHA-256 of an entry''s content, whatever the order of the payload''s keys. Equal hashes: equal bytes when sent.';
