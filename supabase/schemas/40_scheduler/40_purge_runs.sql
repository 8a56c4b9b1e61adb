create or replace function sync_scheduler.purge_runs(batch_size integer, settings sync_scheduler.settings)
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  purged integer;
begin
  delete from public.sync_run_log r where r.run_id = any (array(
    select o.run_id from unnest(enum_range(null::public.sync_run_status)) s, lateral (
      select f.run_id from public.sync_run_log f
      where f.status = s and f.finished_at < now() - case
        when s = 'failed' then settings.retention_failed else settings.retention_ended end
      order by f.finished_at limit batch_size for update skip locked) o
    limit batch_size));
  get diagnostics purged = row_count;
  return purged;
exception when others then
  -- An entry of one of them may be locked: the next call tries again.
  raise warning 'sync_scheduler.purge_runs: % (%)', sqlerrm, sqlstate;
  return 0;
end;
$$;
revoke all on function sync_scheduler.purge_runs(integer, sync_scheduler.settings)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.purge_runs(integer, sync_scheduler.settings) is
  'Deletes up to batch_size ended runs, with their attempts, that are older than their retention. Entries stay. Returns how '
  'many. If something fails it deletes none and warns.';
