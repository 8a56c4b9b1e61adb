create or replace function sync_scheduler.require_size(argument text, value jsonb, max_bytes integer default 65536) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- As Postgres holds it: to write it out as text may take a thousand times as much, for {"a": 0e-16383}.
  if pg_column_size(require_size.value) > require_size.max_bytes then
    perform sync_scheduler.raise_error('argument_too_long',
      jsonb_build_object('argument', require_size.argument, 'max_bytes', require_size.max_bytes));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_size(text, jsonb, integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_size(text, jsonb, integer) is
  'Refuses a JSON argument of more than max_bytes, which are those of jsonb in memory: 1 to 5 times those of its text; null passes. '
  'An RPC calls it for each of its JSON arguments when it knows that the caller has the role for it, and before it reads the '
  'argument. Errors: PT422 argument_too_long (details: argument, max_bytes).';
