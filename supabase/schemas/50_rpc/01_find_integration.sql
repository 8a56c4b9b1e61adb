create or replace function sync_scheduler.find_integration(org_id uuid, integration_type text)
returns public.sync_integrations
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  -- No type has so long a code.
  if length(find_integration.integration_type) > sync_scheduler.text_limit('integration_type') then
    perform sync_scheduler.raise_no_integration(null);
  end if;
  select * into integration from public.sync_integrations i
  where i.org_id = find_integration.org_id and i.integration_type = find_integration.integration_type;
  if integration.id is null then
    perform sync_scheduler.raise_no_integration(find_integration.integration_type);
  end if;
  return integration;
end;
$$;
revoke all on function sync_scheduler.find_integration(uuid, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.find_integration(uuid, text) is
  'The organisation''s integration of that type, for those who only read. Errors: PT422 unknown_integration_type, PT404 '
  'integration_not_found.';
