-- The end of an attempt and of a run.

-- Moves an active run to a final status (PT409 run_is_final for one that has ended). The caller has ended the
-- attempt. Writing finished_at is the event "a run has ended": alerts and connections have triggers on it.
create or replace function sync_scheduler.finish_run(
  run_id uuid, status public.sync_run_status, error_code text default null, error_message text default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from sync_scheduler.paused_runs p where p.run_id = finish_run.run_id;
  -- The last write: a trigger on this event finds everything else done.
  update public.sync_run_log r set
    status = finish_run.status, finished_at = now(), next_attempt_at = null,
    error_code = finish_run.error_code, error_message = finish_run.error_message,
    notice = nullif(r.notice, 'integration_paused')
  where r.run_id = finish_run.run_id;
end;
$$;

-- Ends the current attempt of a run, and turns what it was sending into unknown. over_quota, retry_after: see
-- run_attempts. The caller holds the run's row lock and decides what becomes of the run. Writing ended_at is
-- the event "an attempt has ended": alerts and connections have triggers on it.
create or replace function sync_scheduler.mark_attempt_ended(
  run public.sync_run_log, outcome sync_scheduler.attempt_outcome,
  error_class sync_scheduler.error_class default null, error_code text default null,
  error_message text default null, blames sync_scheduler.blames default null,
  retry_after interval default null, over_quota boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Only the vendor knows whether it has these entries. The next attempt asks before it sends them again.
  update public.sync_export_entries e set state = 'unknown', unknown_since = coalesce(e.unknown_since, now())
  where e.integration_id = run.integration_id and e.state = 'sending';

  update sync_scheduler.run_attempts a set
    ended_at = now(), outcome = mark_attempt_ended.outcome, error_class = mark_attempt_ended.error_class,
    error_code = mark_attempt_ended.error_code, error_message = mark_attempt_ended.error_message,
    blames = mark_attempt_ended.blames, retry_after = mark_attempt_ended.retry_after,
    over_quota = mark_attempt_ended.over_quota
  where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;
end;
$$;
