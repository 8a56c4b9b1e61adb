create or replace function sync_scheduler.raise_active(run public.sync_run_log) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.raise_error('sync_already_in_progress', jsonb_build_object(
    'run_id', run.run_id,
    'status', run.status,
    'started_at', run.started_at,
    'triggered_by', run.triggered_by)
    -- Nobody will retry it by itself: an alert would be taken back with this error, so it stands here.
    || case when not sync_scheduler.is_ticking() then '{"notice": "scheduler_not_ticking"}'
      -- It may wait for hours: the person must not think that it is about to start.
      else jsonb_strip_nulls(jsonb_build_object('quota_until', case when run.quota_until > now() then run.quota_until end, 'notice', coalesce(sync_scheduler.waits_for(run), (
        select sync_scheduler.incident_notice(i) from public.sync_integrations i where i.id = run.integration_id)))) end);
end;
$$;
revoke all on function sync_scheduler.raise_active(public.sync_run_log)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_active(public.sync_run_log) is
  'Raises PT409 sync_already_in_progress with what a client needs to join that run, and notice: '
  'scheduler_not_ticking when pg_cron is silent, else what a pending run waits for (waits_for), else vendor_incident (incident_notice).';
