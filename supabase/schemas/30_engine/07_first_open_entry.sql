create or replace function sync_scheduler.first_open_entry(integration_id uuid) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp
-- As in reserve_entries: without a sort only the index in the order of each query is left, whatever the statistics say.
set enable_sort = off as $$
begin
  return least(
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between first_open_entry.integration_id and first_open_entry.integration_id and e.state = 'pending'
     order by e.integration_id, e.entry_id limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between first_open_entry.integration_id and first_open_entry.integration_id and e.state = 'sending'
     order by e.integration_id, e.state, e.entry_id limit 1),
    (select e.entry_id from public.sync_export_entries e
     where e.integration_id between first_open_entry.integration_id and first_open_entry.integration_id and e.state = 'unknown'
     order by e.integration_id, e.state, e.entry_id limit 1));
end;
$$;
revoke all on function sync_scheduler.first_open_entry(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.first_open_entry(uuid) is
  'The first entry of an integration, by entry_id, that is not out yet: pending, sending or unknown. Null: there is none. Its '
  'cost does not grow with what waits.';
