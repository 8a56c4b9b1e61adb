create or replace function sync_scheduler.last_open_entry(integration_id uuid) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_sort = off as $$
begin
  return greatest(
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between last_open_entry.integration_id and last_open_entry.integration_id and e.state = 'pending'
     order by e.integration_id desc, e.entry_id desc limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between last_open_entry.integration_id and last_open_entry.integration_id and e.state = 'sending'
     order by e.integration_id desc, e.state desc, e.entry_id desc limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between last_open_entry.integration_id and last_open_entry.integration_id and e.state = 'unknown'
     order by e.integration_id desc, e.state desc, e.entry_id desc limit 1));
end;
$$;
revoke all on function sync_scheduler.last_open_entry(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.last_open_entry(uuid) is
  'The last entry of an integration, by entry_id, that is not out yet: pending, sending or unknown. Null: there is none. See '
  'first_open_entry.';
