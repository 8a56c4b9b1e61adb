-- Secrets in Vault: read, stored, bound to an address.

-- What a worker needs to reach an integration's external system; the only place where its credentials are
-- read. They are handed out only if config still has exactly the address for which they were stored; else
-- credentials_needed says so in words. For claims alone.
create or replace function sync_scheduler.read_connection(integration_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    -- One statement, so one snapshot: config, the recorded address and the secret belong together.
    select jsonb_build_object('org_id', i.org_id, 'integration_id', i.id,
      'integration_type', i.integration_type, 'config', i.config, 'address', c.address,
      'credentials', case when c.address = sync_scheduler.address_of(i)
        then sync_scheduler.read_credentials(c.secret_id) end,
      'credentials_needed', case when c.address <> sync_scheduler.address_of(i)
        then sync_scheduler.credentials_needed() end)
    from public.sync_integrations i
    left join sync_scheduler.integration_credentials c on c.integration_id = i.id
    where i.id = read_connection.integration_id);
end;
$$;

-- The JSON object that Vault keeps under this id; null when there is none or it is no JSON.
create or replace function sync_scheduler.read_credentials(secret_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.id = secret_id);
exception when data_exception or program_limit_exceeded then
  -- The error would quote the secret, in the answer and in the log. To the connector it is as good as none.
  return null;
end;
$$;

-- What people read of error_code credentials_needed.
create or replace function sync_scheduler.credentials_needed() returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return 'The address was changed after the credentials were stored, so they are not used. An admin has to '
    'store the credentials for the new address.';
end;
$$;

-- Keeps credentials in Vault, bound to the integration's address. The caller holds the integration's lock and
-- passes the row as it is under it. Errors: PT503 credentials_not_stored.
create or replace function sync_scheduler.store_credentials(
  integration public.sync_integrations, credentials jsonb
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into sync_scheduler.integration_credentials as c (integration_id, secret_id, address)
  values (integration.id, sync_scheduler.store_secret(
    sync_scheduler.secret_name('credentials', integration.id), credentials),
    sync_scheduler.address_of(integration))
  on conflict (integration_id) do update set
    secret_id = excluded.secret_id, address = excluded.address, stored_at = excluded.stored_at;
end;
$$;

-- Puts a JSON object into Vault under a name of ours and returns the secret's id. The caller holds the lock
-- of what it belongs to. Errors: PT503 credentials_not_stored (details: sqlstate).
create or replace function sync_scheduler.store_secret(own_name text, content jsonb) returns uuid
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  secret_id uuid := (select s.id from vault.secrets s where s.name = own_name);
begin
  if secret_id is null then
    return vault.create_secret(content::text, own_name,
      'Written by an RPC of sync_scheduler, read by the sync function alone.');
  end if;
  perform vault.update_secret(secret_id, content::text);
  return secret_id;
exception when others then
  -- Its own words may hold the row, and the row the secret: the caller and the log get the code alone.
  perform sync_scheduler.raise_error('credentials_not_stored', jsonb_build_object('sqlstate', sqlstate));
  return null;
end;
$$;

-- The name of a Vault secret that the bundle keeps: the `credentials` of an integration, or the `alert
-- webhook` of an organisation. A secret with any other name is the host's own.
create or replace function sync_scheduler.secret_name(purpose text, owner_id uuid) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return format('sync_scheduler %s of %s', purpose, owner_id);
end;
$$;
