-- Starts a run by hand or by API, or retries one.

-- Definer, because no client may write the run log or read the machinery. The first statement checks the
-- caller.
create or replace function public.trigger_integration_sync(
  org_id uuid, integration_type text, idempotency_key text default null
) returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator}');
  perform sync_scheduler.require_valid_key(idempotency_key);
  return sync_scheduler.press(sync_scheduler.lock_integration(org_id, integration_type), idempotency_key);
end;
$$;
revoke all on function public.trigger_integration_sync(uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function public.trigger_integration_sync(uuid, text, text) is
  'Starts a sync of the organisation''s integration now and returns its run (pending) at once; watch it in '
  'sync_run_log. For admins and coordinators of the organisation, and for the service role (triggered_by '
  'api, without limits). People wait for manual_cooldown (at least settings.least_cooldown) and start '
  'settings.presses_per_hour runs an hour in an organisation. The same idempotency_key (at most 200 '
  'characters) of the same organisation returns the same run. A run that stands still because its worker '
  'died is revived and returned. notice says scheduler_not_ticking when pg_cron is silent. Errors, checked '
  'in this order: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 '
  'invalid_idempotency_key, PT422 unknown_integration_type, PT404 integration_not_found, PT409 '
  'idempotency_key_reused, PT409 integration_disabled, PT409 integration_paused, PT409 '
  'sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured; details are JSON.';

-- Definer, because no client may write the run log. The caller's role is checked before anything is told or
-- done.
create or replace function public.retry_integration_sync(run_id uuid, idempotency_key text default null)
returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  parent public.sync_run_log;
begin
  select * into parent from public.sync_run_log r where r.run_id = retry_integration_sync.run_id;
  -- A run that does not exist has no organisation: the same answer as for a foreign one.
  perform sync_scheduler.require_org_role(parent.org_id, '{admin,coordinator}');
  if parent.run_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  perform sync_scheduler.require_valid_key(idempotency_key);
  -- An ended run stays as it is: no lock is needed to believe this.
  if parent.status not in ('failed', 'cancelled') then
    perform sync_scheduler.raise_error('run_not_retryable', jsonb_build_object('status', parent.status));
  end if;
  return sync_scheduler.press(
    sync_scheduler.lock_integration(parent.org_id, parent.integration_type), idempotency_key, parent.run_id);
end;
$$;
revoke all on function public.retry_integration_sync(uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.retry_integration_sync(uuid, text) is
  'Starts a new run after one that failed or was cancelled, linked to it by parent_run_id; it exports what '
  'has not been exported. For admins and coordinators of the run''s organisation, and the service role. A '
  'press like any other: same checks, same cooldown, same use of idempotency_key as '
  'trigger_integration_sync. Errors: those of trigger_integration_sync (PT403 not_authorized also for a run '
  'that does not exist), PT409 run_not_retryable (details: status).';

-- What a press of the button does once the caller's role is known and the integration locked: the run of the
-- same key, else the checks (usable, no active run, cooldown), else a new run. Errors: PT409
-- idempotency_key_reused, PT409 integration_disabled, PT409 integration_paused, PT409
-- sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured.
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
    -- A dead worker or a dead cron never blocks a coordinator: the press revives the run, which is then the
    -- answer, or finds that it had to fail, or has just ended, and goes on.
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
    parent_run_id := parent_run_id,
      notice := coalesce(sync_scheduler.note_silence(integration),
        sync_scheduler.incident_notice(integration)));
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

-- Refuses a blank or too long idempotency key (PT422 invalid_idempotency_key); null is none.
create or replace function sync_scheduler.require_valid_key(idempotency_key text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.require_text('idempotency_key', require_valid_key.idempotency_key);
  if btrim(require_valid_key.idempotency_key) = '' then
    perform sync_scheduler.raise_error('invalid_idempotency_key',
      jsonb_build_object('max_length', sync_scheduler.text_limit('idempotency_key')));
  end if;
end;
$$;

-- The run that the organisation started under this key, or null. Errors: PT409 idempotency_key_reused (it is
-- a run of another integration).
create or replace function sync_scheduler.find_replayed_run(
  integration public.sync_integrations, idempotency_key text
) returns public.sync_run_log
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  run public.sync_run_log;
begin
  select * into run from public.sync_run_log r
  where r.org_id = integration.org_id and r.idempotency_key = find_replayed_run.idempotency_key;
  if run.integration_id <> integration.id then
    perform sync_scheduler.raise_error('idempotency_key_reused', jsonb_build_object('run_id', run.run_id));
  end if;
  return run;
end;
$$;

-- The notice for a run that somebody starts while the scheduler is silent, raising scheduler_dead once a
-- silence, which is also posted at once; null while it ticks.
create or replace function sync_scheduler.note_silence(integration public.sync_integrations) returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if sync_scheduler.is_ticking() then
    return null;
  end if;
  if sync_scheduler.raise_alert(integration, 'scheduler_dead', 'critical',
    sync_scheduler.last_tick_at(),
    'The scheduler has stopped: nothing starts or is retried by itself. Syncs that are started by hand work.',
    jsonb_build_object('last_tick_at', sync_scheduler.last_tick_at()))
  then
    begin
      -- No tick will. The press goes on, whatever keeps it from being posted.
      perform sync_scheduler.post_alert_messages();
    exception when others then
      raise warning 'sync_scheduler.note_silence: % (%)', sqlerrm, sqlstate;
    end;
  end if;
  return 'scheduler_not_ticking';
end;
$$;
