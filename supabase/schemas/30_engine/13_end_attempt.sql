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

  -- Whether these were written is known to the vendor alone: they are asked for before they may be sent again.
  update public.sync_export_entries e set state = 'unknown', unknown_since = coalesce(e.unknown_since, now())
  where e.integration_id = run.integration_id and e.state = 'sending';
end;
$$;
revoke all on function sync_scheduler.end_attempt(
  public.sync_run_log, sync_scheduler.attempt_outcome, sync_scheduler.error_class, text, text,
  sync_scheduler.blames)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.end_attempt(
  public.sync_run_log, sync_scheduler.attempt_outcome, sync_scheduler.error_class, text, text,
  sync_scheduler.blames) is
  'Closes the current attempt of a run and turns what it was sending into unknown. The caller holds the run''s row '
  'lock and decides what becomes of the run.';
