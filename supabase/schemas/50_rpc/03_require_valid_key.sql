create or replace function sync_scheduler.require_valid_key(idempotency_key text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if length(idempotency_key) > 200 or btrim(idempotency_key) = '' then
    perform sync_scheduler.raise_error('invalid_idempotency_key', '{"max_length": 200}');
  end if;
end;
$$;
revoke all on function sync_scheduler.require_valid_key(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_valid_key(text) is
  'Refuses a blank or too long idempotency key (PT422 invalid_idempotency_key); null is none.';
