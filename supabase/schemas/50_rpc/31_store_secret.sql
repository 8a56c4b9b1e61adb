create or replace function sync_scheduler.store_secret(own_name text, content jsonb) returns uuid
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  secret_id uuid := (select s.id from vault.secrets s where s.name = own_name);
begin
  if secret_id is null then
    return vault.create_secret(content::text, own_name, 'Written by an RPC of sync_scheduler, read by the sync function alone.');
  end if;
  perform vault.update_secret(secret_id, content::text);
  return secret_id;
exception when others then
  -- Its own words may hold the row, and the row the secret: the caller and the log get the code alone.
  perform sync_scheduler.raise_error('credentials_not_stored', jsonb_build_object('sqlstate', sqlstate));
  return null;
end;
$$;
revoke all on function sync_scheduler.store_secret(text, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.store_secret(text, jsonb) is
  'Puts a JSON object into Vault under a name of ours and returns the secret''s id; a secret of another name, which may be the '
  'host''s own, is never written. The caller holds the lock of whatever it belongs to. Errors: PT503 credentials_not_stored '
  '(details: sqlstate).';
