create or replace function sync_scheduler.credentials_needed() returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return 'The address was changed after the credentials were stored, so they are not used. An admin has to store the '
    'credentials for the new address.';
end;
$$;
revoke all on function sync_scheduler.credentials_needed() from public, anon, authenticated, service_role;
comment on function sync_scheduler.credentials_needed() is
  'What people read when the credentials of an integration were stored for another address (error_code credentials_needed).';
