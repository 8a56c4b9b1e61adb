create or replace function sync_scheduler.has_unresolved_entries(integration_id uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.sync_export_entries e
    where e.integration_id = has_unresolved_entries.integration_id and e.state in ('sending', 'unknown'));
end;
$$;
revoke all on function sync_scheduler.has_unresolved_entries(uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.has_unresolved_entries(uuid) is
  'Is there an entry that was handed to a worker and whose outcome is not known?';
