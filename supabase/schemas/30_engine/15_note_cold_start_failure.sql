create or replace function sync_scheduler.note_cold_start_failure(
  run public.sync_run_log, integration public.sync_integrations, error_class sync_scheduler.error_class
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  failed sync_scheduler.run_attempts;
begin
  if error_class is null or error_class not in ('transient', 'ambiguous') then
    return false;
  end if;
  select * into failed from sync_scheduler.run_attempts a
  where a.run_id = run.run_id and a.attempt = run.attempt and a.cold_start
    and a.settled_before = run.entries_done + run.entries_failed;
  -- The alert is also what says that the run had its favour: its key is when the run was triggered, so only the first failure raises it.
  return failed.run_id is not null and sync_scheduler.raise_alert(integration, 'cold_start_failure', 'warning',
    run.triggered_at, 'A sync failed in a function that had just started, and was started again at once.',
    jsonb_build_object('attempt', failed.attempt, 'boot_id', failed.boot_id, 'boot_ms', failed.boot_ms,
      'error_class', failed.error_class, 'error_code', failed.error_code, 'scheduled_for', run.scheduled_for),
    run.run_id);
end;
$$;
revoke all on function sync_scheduler.note_cold_start_failure(
  public.sync_run_log, public.sync_integrations, sync_scheduler.error_class)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_cold_start_failure(
  public.sync_run_log, public.sync_integrations, sync_scheduler.error_class) is
  'Did the run''s attempt, which has just ended, fail on a cold start: in a freshly booted isolate, before it settled any entry, with a '
  'transient or ambiguous error, for the first time in this run? Then it raises the cold_start_failure alert and returns true: '
  'the run is retried at once. The caller holds the run''s row lock.';
