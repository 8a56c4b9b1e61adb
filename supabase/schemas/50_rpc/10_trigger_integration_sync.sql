-- Definer, because no client may write the run log or read the machinery. The first statement checks the caller.
create or replace function public.trigger_integration_sync(
  org_id uuid, integration_type text, idempotency_key text default null
) returns public.sync_run_log
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
#variable_conflict use_variable
declare
  integration public.sync_integrations;
  run public.sync_run_log;
  revived boolean;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator}');
  if length(idempotency_key) > 200 or btrim(idempotency_key) = '' then
    perform sync_scheduler.raise_error('invalid_idempotency_key', '{"max_length": 200}');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);

  if idempotency_key is not null then
    run := sync_scheduler.find_replayed_run(integration, idempotency_key);
    if run.run_id is not null then
      return run;
    end if;
  end if;
  perform sync_scheduler.require_usable(integration);

  run := sync_scheduler.find_active_run(integration.id);
  if run.run_id is not null then
    -- A dead worker or a dead cron never blocks a coordinator: the press revives the run, which is then the answer,
    -- or finds that it had to fail, or has just ended, and goes on.
    revived := sync_scheduler.recover_run(run.run_id);
    select * into strict run from public.sync_run_log r where r.run_id = run.run_id;
    if run.finished_at is null and revived then
      if run.idempotency_key is null and trigger_integration_sync.idempotency_key is not null then
        update public.sync_run_log r set idempotency_key = trigger_integration_sync.idempotency_key
        where r.run_id = run.run_id returning * into strict run;
      end if;
      return run;
    elsif run.finished_at is null then
      perform sync_scheduler.raise_active(run);
    end if;
  end if;

  if auth.uid() is not null then
    perform sync_scheduler.require_cooldown_over(integration);
    run := sync_scheduler.start_run(integration, 'manual', auth.uid(), idempotency_key);
  else
    run := sync_scheduler.start_run(integration, 'api', null, idempotency_key);
  end if;
  if run.run_id is null then
    -- Somebody who does not take the integration's lock was faster.
    run := sync_scheduler.find_replayed_run(integration, idempotency_key);
    if run.run_id is null then
      perform sync_scheduler.raise_active(sync_scheduler.find_active_run(integration.id));
    end if;
  end if;
  return run;
end;
$$;
revoke all on function public.trigger_integration_sync(uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.trigger_integration_sync(uuid, text, text) to authenticated, service_role;
comment on function public.trigger_integration_sync(uuid, text, text) is
  'Starts a sync of the organisation''s integration now and returns its run (pending) at once; watch it in sync_run_log. '
  'For admins and coordinators of the organisation, and for the service role (triggered_by api, without cooldown). '
  'The same idempotency_key (at most 200 characters) of the same organisation returns the same run. A run that stands '
  'still because its worker died is revived and returned. '
  'Errors, checked in this order: PT401 not_authenticated, PT403 not_authorized, PT422 invalid_idempotency_key, PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT409 idempotency_key_reused, PT409 integration_disabled, '
  'PT409 integration_paused, PT409 sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured; '
  'details are JSON.';
