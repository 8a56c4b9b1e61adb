create or replace function sync_scheduler.store_credentials(integration public.sync_integrations, credentials jsonb)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into sync_scheduler.integration_credentials as c (integration_id, secret_id, address)
  values (integration.id,
    sync_scheduler.store_secret(sync_scheduler.credentials_name(integration.id), store_credentials.credentials),
    sync_scheduler.address_of(integration))
  on conflict (integration_id) do update set
    secret_id = excluded.secret_id, address = excluded.address, stored_at = excluded.stored_at;
end;
$$;
revoke all on function sync_scheduler.store_credentials(public.sync_integrations, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.store_credentials(public.sync_integrations, jsonb) is
  'Keeps credentials in Vault and binds them to the integration''s present address. The caller holds the integration''s lock and '
  'passes the row as it is under it. Errors: PT503 credentials_not_stored.';
