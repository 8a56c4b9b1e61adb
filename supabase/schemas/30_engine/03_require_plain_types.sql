create or replace function sync_scheduler.require_plain_types() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Our own functions look into pg_temp last. Vault and pg_net do not: there a temporary type of the caller hides the one of the
  -- catalogue, and its code would run with the rights of whoever calls Vault for them. No request of the Data API makes one.
  if pg_my_temp_schema() <> 0 and exists (
    select from pg_type own join pg_type builtin on builtin.typname = own.typname
    where own.typnamespace = pg_my_temp_schema() and builtin.typnamespace = 'pg_catalog'::regnamespace)
  then
    perform sync_scheduler.raise_error('not_authorized',
      '{"reason": "the session has temporary types with the names of built-in ones"}');
  end if;
end;
$$;
revoke all on function sync_scheduler.require_plain_types() from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_plain_types() is
  'Refuses a session with temporary types that hide built-in ones (PT403 not_authorized). In a session without temporary objects '
  'it is one comparison. For functions of the bundle''s owner only.';
