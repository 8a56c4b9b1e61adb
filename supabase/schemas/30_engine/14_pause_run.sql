create or replace function sync_scheduler.pause_run(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  select * into strict run from public.sync_run_log r where r.run_id = pause_run.run_id;
  -- An attempt that is posted and not claimed ends here: its token is worthless, and no tick dispatches it again.
  perform sync_scheduler.end_attempt(run, 'paused');
  insert into sync_scheduler.paused_runs (run_id, next_attempt_at) values (run.run_id, run.next_attempt_at)
  on conflict on constraint paused_runs_pkey do nothing;
  update public.sync_run_log r set status = 'pending', next_attempt_at = null, notice = 'integration_paused'
  where r.run_id = run.run_id
    -- A change of the pause's reason is no change of the run.
    and (r.status, r.next_attempt_at, r.notice) is distinct from ('pending', null, 'integration_paused');
end;
$$;
revoke all on function sync_scheduler.pause_run(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.pause_run(uuid) is
  'Lets a run wait for the end of its integration''s pause: pending, without a due instant, with the notice integration_paused. '
  'An attempt that no worker has claimed ends as paused. The caller holds the run''s row lock, and no worker holds the run. '
  'Called twice, it changes nothing.';
