create or replace function sync_scheduler.require_valid_key(idempotency_key text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.require_text('idempotency_key', require_valid_key.idempotency_key);
  if btrim(require_valid_key.idempotency_key) = '' then
    perform sync_scheduler.raise_error('invalid_idempotency_key',
      jsonb_build_object('max_length', sync_scheduler.text_limit('idempotency_key')));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_valid_key(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_valid_key(text) is
  'Refuses a blank or too long idempotency key (PT422 invalid_idempotency_key); null is none.';
