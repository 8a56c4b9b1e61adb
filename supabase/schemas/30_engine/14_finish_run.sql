create or replace function sync_scheduler.finish_run(
  run_id uuid,
  status public.sync_run_status,
  error_code text default null,
  error_message text default null
) returns void
language plpgsql set search_path = '' as $$
declare
  finished public.sync_run_log;
  integration public.sync_integrations;
begin
  update public.sync_run_log r set
    status = finish_run.status,
    finished_at = now(),
    next_attempt_at = null,
    error_code = finish_run.error_code,
    error_message = finish_run.error_message
  where r.run_id = finish_run.run_id
  returning * into finished;
  -- What needs attention has said more already.
  if finished.status = 'failed' and not exists (
    select from public.sync_integration_health h
    where h.integration_id = finished.integration_id and h.status = 'needs_attention')
  then
    perform sync_scheduler.set_health(finished.integration_id, 'unhealthy', coalesce(finished.error_code, 'unknown'),
      coalesce(finished.error_message, 'The last sync failed.'), finished.run_id);
  end if;
  if finished.status = 'failed' and finished.started_at is null and finished.triggered_by = 'schedule' then
    select * into strict integration from public.sync_integrations i where i.id = finished.integration_id;
    perform sync_scheduler.raise_alert(integration, 'drift', 'warning', finished.scheduled_for,
      'A scheduled sync never started.',
      jsonb_build_object('scheduled_for', finished.scheduled_for, 'started_at', null), finished.run_id);
  end if;
end;
$$;
revoke all on function sync_scheduler.finish_run(uuid, public.sync_run_status, text, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.finish_run(uuid, public.sync_run_status, text, text) is
  'Moves an active run to a final status (PT409 run_is_final for one that has ended). The caller has ended the attempt. '
  'One that fails makes the integration unhealthy, if it does not need attention; a scheduled run that fails without ever having started raises the drift alert of its slot.';
