-- Moves an active run to a final status (PT409 run_is_final for one that has ended). A run that was asked to
-- cancel does not fail: it is cancelled. The caller has ended the attempt. Writing finished_at is the event
-- "a run has ended": alerts and connections have triggers on it.
create or replace function sync_scheduler.finish_run(
  run public.sync_run_log, status public.sync_run_status, error_code text default null,
  error_message text default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if status = 'failed' and run.cancel_requested_at is not null then
    select 'cancelled', null, null into status, error_code, error_message;
  end if;
  delete from sync_scheduler.paused_runs p where p.run_id = run.run_id;
  -- The last write: a trigger on this event finds everything else done.
  update public.sync_run_log r set status = finish_run.status, finished_at = now(), next_attempt_at = null,
    error_code = finish_run.error_code, error_message = finish_run.error_message,
    notice = nullif(r.notice, 'integration_paused')
  where r.run_id = run.run_id;
end;
$$;
