create or replace function sync_scheduler.read_credentials(secret_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.id = secret_id);
exception when data_exception or program_limit_exceeded then
  -- The error would quote the secret, in the answer and in the log. To the connector it is as good as none.
  return null;
end;
$$;
revoke all on function sync_scheduler.read_credentials(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.read_credentials(uuid) is
  'The JSON object that Vault keeps under this id; null when there is none or it is no JSON.';
