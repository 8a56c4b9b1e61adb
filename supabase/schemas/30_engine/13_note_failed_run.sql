create or replace function sync_scheduler.note_failed_run(run public.sync_run_log) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
begin
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  -- What needs attention has said more already.
  if not exists (
    select from public.sync_integration_health h where h.integration_id = run.integration_id and h.status = 'needs_attention')
  then
    perform sync_scheduler.set_health(run.integration_id,
      -- A quota that is used up is no fault of the connection.
      case when run.error_code = 'vendor_quota_exhausted' then 'degraded' else 'unhealthy' end::public.sync_health_status,
      coalesce(run.error_code, 'unknown'),
      coalesce(run.error_message, 'The last sync failed.'), run.run_id);
    -- One until a run succeeds, however many fail before it.
    perform sync_scheduler.raise_alert(integration, 'run_failed', 'critical', null,
      'A sync failed. ' || coalesce(run.error_message, ''),
      jsonb_build_object('error_code', run.error_code, 'attempts', run.attempt, 'triggered_by', run.triggered_by,
        'scheduled_for', run.scheduled_for, 'entries_done', run.entries_done, 'entries_total', run.entries_total),
      run.run_id);
  end if;
  if run.started_at is null and run.triggered_by = 'schedule' then
    perform sync_scheduler.raise_alert(integration, 'drift', 'warning', run.scheduled_for,
      'A scheduled sync never started.',
      jsonb_build_object('scheduled_for', run.scheduled_for, 'started_at', null), run.run_id);
  end if;
end;
$$;
revoke all on function sync_scheduler.note_failed_run(public.sync_run_log) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_failed_run(public.sync_run_log) is
  'A run has failed for good: the integration is unhealthy and the alert run_failed is raised, unless it needs attention, which '
  'is said already. A scheduled run that never started raises the drift alert of its slot.';
