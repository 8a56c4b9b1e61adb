create or replace function sync_scheduler.read_connection(integration_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    -- One statement, so one snapshot: config, the recorded address and the secret belong together.
    select jsonb_build_object(
      'org_id', i.org_id,
      'integration_id', i.id,
      'integration_type', i.integration_type,
      'config', i.config,
      'address', c.address,
      'credentials', case when c.address = sync_scheduler.address_of(i)
        then sync_scheduler.read_credentials(c.secret_id) end,
      'credentials_needed', case when c.address <> sync_scheduler.address_of(i)
        then sync_scheduler.credentials_needed() end)
    from public.sync_integrations i
    left join sync_scheduler.integration_credentials c on c.integration_id = i.id
    where i.id = read_connection.integration_id);
end;
$$;
revoke all on function sync_scheduler.read_connection(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.read_connection(uuid) is
  'What a worker needs to reach an integration''s external system; the only place where credentials are read. They are handed out '
  'with the address for which they were stored, and only if config still has exactly this address; else credentials_needed '
  'says so in words. For claims alone.';
