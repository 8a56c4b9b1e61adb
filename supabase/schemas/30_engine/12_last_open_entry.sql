create or replace function sync_scheduler.last_open_entry(integration_id uuid) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- The last row of an index range for each state, however many wait.
  return (
    select max(l.entry_id)
    from unnest('{pending,sending,unknown}'::public.sync_entry_state[]) open (state)
    cross join lateral (
      select e.entry_id from public.sync_export_entries e
      where e.integration_id = last_open_entry.integration_id and e.state = open.state
      order by e.entry_id desc limit 1) l);
end;
$$;
revoke all on function sync_scheduler.last_open_entry(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.last_open_entry(uuid) is
  'The last entry of an integration, by entry_id, that is not out yet: pending, sending or unknown. Null: there is none.';
