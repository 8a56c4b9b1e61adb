create or replace function sync_scheduler.press(
  integration public.sync_integrations, idempotency_key text, parent_run_id uuid default null
) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  caller constant uuid := sync_scheduler.caller_id();
  run public.sync_run_log;
  revived boolean;
  silence text;
begin
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
      silence := sync_scheduler.note_silence(integration);
      if silence is not null or (run.idempotency_key is null and press.idempotency_key is not null) then
        begin
          update public.sync_run_log r set
            notice = coalesce(silence, r.notice),
            idempotency_key = coalesce(r.idempotency_key, press.idempotency_key)
          where r.run_id = run.run_id returning * into strict run;
        exception when unique_violation then
          -- Since we looked, a run of another integration has got the key: this says so.
          perform sync_scheduler.find_replayed_run(integration, idempotency_key);
          raise;
        end;
      end if;
      return run;
    elsif run.finished_at is null then
      perform sync_scheduler.raise_active(run);
    end if;
  end if;

  -- The limits are between people: the service role and the host have none.
  if caller is not null then
    -- Two presses of two integrations hold two other locks, and none would count the other.
    perform sync_scheduler.lock_limits(integration.org_id);
    perform sync_scheduler.require_cooldown_over(integration);
  end if;
  run := sync_scheduler.start_run(integration,
    case when caller is null then 'api' else 'manual' end::public.sync_run_trigger, caller, idempotency_key,
    parent_run_id := parent_run_id, notice := coalesce(sync_scheduler.note_silence(integration), sync_scheduler.incident_notice(integration)));
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
revoke all on function sync_scheduler.press(public.sync_integrations, text, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.press(public.sync_integrations, text, uuid) is
  'What a press of the button does once the caller''s role is known and the integration locked: the run of the same key, '
  'else the checks (usable, no active run, cooldown), else a new run. '
  'Errors: PT409 idempotency_key_reused, PT409 integration_disabled, PT409 integration_paused, PT409 '
  'sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured.';
