-- The end of an attempt and of a run.

-- Moves an active run to a final status (PT409 run_is_final for one that has ended). The caller has ended the
-- attempt. What follows from it: see note_failed_run; one that succeeds resolves the alerts of those that did
-- not. Reports what has become undecided.
create or replace function sync_scheduler.finish_run(
  run_id uuid,
  status public.sync_run_status,
  error_code text default null,
  error_message text default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  finished public.sync_run_log;
begin
  update public.sync_run_log r set
    status = finish_run.status,
    finished_at = now(),
    next_attempt_at = null,
    error_code = finish_run.error_code,
    error_message = finish_run.error_message,
    notice = nullif(r.notice, 'integration_paused')
  where r.run_id = finish_run.run_id
  returning * into finished;
  delete from sync_scheduler.paused_runs p where p.run_id = finish_run.run_id;
  if finished.status = 'failed' then
    perform sync_scheduler.note_failed_run(finished);
  elsif finished.status = 'succeeded' then
    perform sync_scheduler.resolve_alerts(finished.integration_id,
      '{lost_worker,cold_start_failure,missed_slot}');
    perform sync_scheduler.resolve_run_failure(finished.integration_id, has_succeeded => true);
  end if;
  perform sync_scheduler.report_undecided(finished.integration_id, finished.run_id);
  perform sync_scheduler.announce_run(finished);
end;
$$;

-- Closes the current attempt of a run and turns what it was sending into unknown. The caller holds the run's
-- row lock and decides what becomes of the run.
create or replace function sync_scheduler.end_attempt(
  run public.sync_run_log,
  outcome sync_scheduler.attempt_outcome,
  error_class sync_scheduler.error_class default null,
  error_code text default null,
  error_message text default null,
  blames sync_scheduler.blames default null
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update sync_scheduler.run_attempts a set
    ended_at = now(),
    outcome = end_attempt.outcome,
    error_class = end_attempt.error_class,
    error_code = end_attempt.error_code,
    error_message = end_attempt.error_message,
    blames = end_attempt.blames
  where a.run_id = run.run_id and a.attempt = run.attempt and a.ended_at is null;

  -- Whether these were written is known to the vendor alone: they are asked for before they may be sent
  -- again.
  update public.sync_export_entries e set state = 'unknown', unknown_since = coalesce(e.unknown_since, now())
  where e.integration_id = run.integration_id and e.state = 'sending';
end;
$$;
