create or replace function sync_scheduler.credentials_name(integration_id uuid) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return 'sync_scheduler credentials of ' || integration_id;
end;
$$;
revoke all on function sync_scheduler.credentials_name(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.credentials_name(uuid) is
  'The name of the Vault secret that set_integration_credentials keeps for an integration. Any other is the host''s own.';
