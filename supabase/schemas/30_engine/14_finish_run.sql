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
  'A scheduled run that fails without ever having started raises the drift alert of its slot.';
