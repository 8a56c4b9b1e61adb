create or replace function sync_scheduler.note_undelivered(
  integration public.sync_integrations,
  run public.sync_run_log,
  undelivered sync_scheduler.run_attempts,
  severity public.sync_alert_severity
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.note_response(run.run_id, run.attempt);
  -- One that is lost now and then is what the repetition is for.
  if undelivered.dispatch_count < 2 then
    return;
  end if;
  perform sync_scheduler.raise_alert(integration, 'dispatch_failing', severity, null,
    'The sync function does not take the sync that was posted to it.',
    (select jsonb_build_object('attempt', a.attempt, 'dispatches', a.dispatch_count, 'response_status', a.response_status,
       'response_error', a.response_error)
     from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.attempt = run.attempt),
    run.run_id);
end;
$$;
revoke all on function sync_scheduler.note_undelivered(
  public.sync_integrations, public.sync_run_log, sync_scheduler.run_attempts, public.sync_alert_severity)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_undelivered(
  public.sync_integrations, public.sync_run_log, sync_scheduler.run_attempts, public.sync_alert_severity) is
  'Nobody has claimed a dispatch in its time: keeps what pg_net heard and, from the second one of an attempt on, raises '
  'dispatch_failing. The next claim of the integration resolves it.';
