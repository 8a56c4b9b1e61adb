create or replace function sync_scheduler.lock_integration(org_id uuid, integration_type text)
returns public.sync_integrations
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  -- No type has so long a code.
  if length(lock_integration.integration_type) > sync_scheduler.text_limit('integration_type') then
    perform sync_scheduler.raise_no_integration(null);
  end if;
  -- The lock makes triggers of one integration come one after another, so that the cooldown holds among them.
  select * into integration from public.sync_integrations i
  where i.org_id = lock_integration.org_id and i.integration_type = lock_integration.integration_type
  for no key update;
  if not found then
    perform sync_scheduler.raise_no_integration(lock_integration.integration_type);
  end if;
  return integration;
end;
$$;
revoke all on function sync_scheduler.lock_integration(uuid, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.lock_integration(uuid, text) is
  'The organisation''s integration of that type, locked until the transaction ends. Errors: PT422 '
  'unknown_integration_type, PT404 integration_not_found.';
