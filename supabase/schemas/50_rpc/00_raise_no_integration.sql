create or replace function sync_scheduler.raise_no_integration(integration_type text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from public.sync_integration_types t where t.code = raise_no_integration.integration_type
  ) then
    perform sync_scheduler.raise_error('unknown_integration_type', jsonb_build_object(
      'known_types', (select jsonb_agg(t.code order by t.code) from public.sync_integration_types t)));
  end if;
  perform sync_scheduler.raise_error('integration_not_found');
end;
$$;
revoke all on function sync_scheduler.raise_no_integration(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_no_integration(text) is
  'Tells which it is: PT422 unknown_integration_type (details: known_types) or PT404 integration_not_found.';
