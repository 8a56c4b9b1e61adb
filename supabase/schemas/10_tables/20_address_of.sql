create or replace function sync_scheduler.address_of(integration public.sync_integrations) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((
    select jsonb_object_agg(k.name, integration.config -> k.name)
    from public.sync_integration_types t, unnest(t.address_keys) k (name)
    where t.code = integration.integration_type and integration.config ? k.name), '{}');
end;
$$;
revoke all on function sync_scheduler.address_of(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.address_of(public.sync_integrations) is
  'The part of an integration''s config that decides where requests go: the address_keys of its type. A key that config lacks is '
  'left out: then the connector''s default counts.';
