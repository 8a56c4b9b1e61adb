create or replace function sync_scheduler.watch_drift() returns void
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  latest timestamptz := now() - (select s.drift_alert_after from sync_scheduler.settings s);
begin
  -- Started but not claimed, and not even started. One that starts late is noticed by its claim.
  perform sync_scheduler.check_drift(i, r.scheduled_for, null, r.run_id)
  from public.sync_run_log r join public.sync_integrations i on i.id = r.integration_id
  where r.status = 'pending' and r.started_at is null and r.scheduled_for < latest and r.triggered_by = 'schedule';

  perform sync_scheduler.check_drift(i, i.next_run_at, null) from public.sync_integrations i
  where i.next_run_at < latest and sync_scheduler.why_skip(i, i.next_run_at) is null;
end;
$$;
revoke all on function sync_scheduler.watch_drift() from public, anon, authenticated, service_role;
comment on function sync_scheduler.watch_drift() is
  'Raises the drift alert, once a slot, for slots that should have started settings.drift_alert_after ago and have not.';
