create or replace function sync_scheduler.note_failed_run(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  ended sync_scheduler.run_attempts;
  error_code text := coalesce(run.error_code, 'unknown');
  error_message text := coalesce(run.error_message, 'The last sync failed.');
begin
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  select * into ended from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.attempt = run.attempt;
  perform sync_scheduler.set_health(run.integration_id,
    -- A vendor that asks for a long wait has answered.
    case when error_code = 'vendor_quota_exhausted' then 'degraded'
      else sync_scheduler.health_after(ended.error_class::text, ended.blames) end,
    error_code, error_message);
  update public.sync_integration_health h set run_failed_at = now()
  where h.integration_id = run.integration_id
    -- What no worker has claimed, or one with older config or credentials, says nothing about these.
    and ended.claimed_at >= h.configured_at;
  -- One until what it left is out or decided, however many runs fail before that.
  perform sync_scheduler.raise_alert(integration, 'run_failed', 'critical', null,
    concat_ws(' ', 'A sync failed.', run.error_message),
    jsonb_build_object('error_code', error_code, 'error_class', ended.error_class, 'blames', ended.blames, 'error_message', error_message,
      'attempts', run.attempt, 'triggered_by', run.triggered_by, 'scheduled_for', run.scheduled_for,
      'entries_done', run.entries_done, 'entries_total', run.entries_total,
      'last_entry_id', sync_scheduler.last_open_entry(run.integration_id)),
    run.run_id);
  if run.started_at is null and run.triggered_by = 'schedule' then
    perform sync_scheduler.raise_alert(integration, 'drift', 'warning', run.scheduled_for,
      'A scheduled sync never started.',
      jsonb_build_object('scheduled_for', run.scheduled_for, 'started_at', null), run.run_id);
  end if;
end;
$$;
revoke all on function sync_scheduler.note_failed_run(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_failed_run(public.sync_run_log) is
  'A run has failed for good, or was refused while it was being cancelled: raises run_failed, whatever else is open, and records it '
  'in the integration''s health: see health_after. '
  'details.last_entry_id is the last entry that it left. A scheduled run that never started raises the drift alert of its slot. The '
  'caller holds the run''s row lock and has ended its attempt.';
