create or replace function sync_scheduler.resume_run(run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  paused sync_scheduler.paused_runs;
begin
  delete from sync_scheduler.paused_runs p where p.run_id = resume_run.run_id returning * into paused;
  update public.sync_run_log r set
    notice = null,
    next_attempt_at = greatest(paused.next_attempt_at, now()),
    -- The deadline does not run during a pause.
    deadline_at = r.deadline_at + (now() - coalesce(paused.paused_at, now()))
  where r.run_id = resume_run.run_id and r.status = 'pending' and r.notice = 'integration_paused';
end;
$$;
revoke all on function sync_scheduler.resume_run(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.resume_run(uuid) is
  'Lets a run that waited for the end of a pause go on: its next attempt is due now, or when it was due before the pause, and its '
  'deadline moves by the pause. The caller holds the run''s row lock.';
