create or replace function sync_scheduler.pause_if_stopped(run_id uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- A plain read in a statement of its own: its snapshot is younger than the run's lock. Whoever stops the integration
  -- writes it before they take that lock, so one of the two sees the other.
  if not exists (
    select from public.sync_run_log r join public.sync_integrations i on i.id = r.integration_id
    where r.run_id = pause_if_stopped.run_id and sync_scheduler.is_stopped(i))
  then
    return false;
  end if;
  perform sync_scheduler.pause_run(pause_if_stopped.run_id);
  return true;
end;
$$;
revoke all on function sync_scheduler.pause_if_stopped(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.pause_if_stopped(uuid) is
  'Pauses a run whose integration is disabled or paused, see pause_run, and returns whether it did. The caller holds the run''s '
  'row lock, and no worker holds the run.';
