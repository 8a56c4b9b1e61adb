-- Definer, because no client may write the run log or read the machinery. It checks the caller first.
create or replace function public.trigger_integration_sync(
  org_id uuid, integration_type text, idempotency_key text default null) returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  return sync_scheduler.trigger_run(org_id, integration_type,
    sync_scheduler.require_org_role(org_id, '{admin,coordinator}'), idempotency_key);
end;
$$;
revoke all on function public.trigger_integration_sync(uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function public.trigger_integration_sync(uuid, text, text) is
$$Starts a sync now and returns its run, `pending`, at once.
For admins, coordinators, the service role and the host itself (`triggered_by` is then `api`). The same
`idempotency_key` of the same organisation returns the same run again. A new key for each press makes it safe
to repeat a request whose answer was lost. A run whose worker died is revived and returned. If that run
has a key already, the key of the press that revives it is not remembered: repeated later, it is a new press.
People wait for `manual_cooldown`, which `configure_integration_sync` changes, and start at most
`settings.presses_per_hour` runs an hour in an organisation.

The run's `notice` may be:

- `scheduler_not_ticking` while pg_cron is silent: the run starts, but nothing would retry it;
- `vendor_incident` while several organisations cannot reach the vendor: the run starts all the same;
- `vendor_quota_exhausted`, with `quota_until`, while an active run waits for its vendor's quota: the error
  `sync_already_in_progress` has it;
- `integration_paused`, later: the run waits until its integration is neither paused nor disabled;
- `function_outdated` or `schema_outdated`, later: it waits until function and database are of releases that
  understand each other.

Errors, checked in this order: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized,
PT422 invalid_idempotency_key, PT422 unknown_integration_type, PT404 integration_not_found,
PT409 idempotency_key_reused, PT409 integration_disabled, PT409 integration_paused,
PT409 sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured.$$;

-- Definer, because no client may write the run log. The caller's role is checked before anything is done.
create or replace function public.retry_integration_sync(run_id uuid, idempotency_key text default null)
returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  parent public.sync_run_log;
  caller_id uuid;
begin
  select * into parent from public.sync_run_log r where r.run_id = retry_integration_sync.run_id;
  -- A run that does not exist has no organisation: the same answer as for a foreign one.
  caller_id := sync_scheduler.require_org_role(parent.org_id, '{admin,coordinator}');
  if parent.run_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  -- An ended run stays as it is: no lock is needed to believe this.
  elsif parent.status not in ('failed', 'cancelled') then
    perform sync_scheduler.raise_error('run_not_retryable', jsonb_build_object('status', parent.status));
  end if;
  return sync_scheduler.trigger_run(parent.org_id, parent.integration_type, caller_id, idempotency_key,
    parent.run_id);
end;
$$;
revoke all on function public.retry_integration_sync(uuid, text)
  from public, anon, authenticated, service_role;
comment on function public.retry_integration_sync(uuid, text) is
$$Starts a new run after a run that failed or was cancelled, linked to it by `parent_run_id`.
It exports what has not been exported. For admins and coordinators of the run's organisation and the service
role. It is a press like any other, with the same checks, cooldown and `idempotency_key`.

Errors: PT409 run_not_retryable, and those of `trigger_integration_sync` (PT403 not_authorized also for a
run that does not exist).$$;

-- What a press does once the caller's role is known. It locks, reads the facts, decides, and acts on the
-- decision. Looks again after a recovery, and when a writer without the integration's lock was faster.
-- Returns the run. Errors: those of trigger_integration_sync.
create or replace function sync_scheduler.trigger_run(
  org_id uuid, integration_type text, caller_id uuid, idempotency_key text, parent_run_id uuid default null
) returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  integration public.sync_integrations;
  facts sync_scheduler.trigger_facts;
  decision record;
  recovered boolean;
  run public.sync_run_log;
begin
  if length(trigger_run.idempotency_key) > 200 or btrim(trigger_run.idempotency_key) = '' then
    perform sync_scheduler.raise_error('invalid_idempotency_key', '{"max_length": 200}');
  end if;
  integration := sync_scheduler.lock_integration(trigger_run.org_id, trigger_run.integration_type);
  -- Two presses of two integrations hold two other locks, and none would count the other.
  if trigger_run.caller_id is not null then
    perform sync_scheduler.lock_limits(integration.org_id);
  end if;
  loop
    -- In a statement after the locks, never in the one that takes them. A statement that has waited goes on
    -- with the snapshot from before its wait. It would not see the press that it waited for.
    facts := sync_scheduler.read_trigger_facts(integration, trigger_run.caller_id,
      trigger_run.idempotency_key, recovered);
    decision := sync_scheduler.decide_trigger(facts);
    if decision.outcome = 'reject' then
      perform sync_scheduler.raise_error(decision.message, decision.details);
    elsif decision.outcome = 'replay' then
      select * into strict run from public.sync_run_log r where r.run_id = decision.run_id;
    elsif facts.active_run_id is not null and recovered is null then
      recovered := sync_scheduler.recover_run(facts.active_run_id);
    elsif decision.outcome = 'start' then
      run := sync_scheduler.start_run(integration, decision.triggered_by, trigger_run.caller_id,
        trigger_run.idempotency_key, parent_run_id => trigger_run.parent_run_id, notice => decision.notice);
    else
      begin
        select * into strict run from public.sync_run_log r where r.run_id = decision.run_id;
        if decision.notice is not null
          or (run.idempotency_key is null and trigger_run.idempotency_key is not null)
        then
          update public.sync_run_log r set notice = coalesce(decision.notice, r.notice),
            idempotency_key = coalesce(r.idempotency_key, trigger_run.idempotency_key)
          where r.run_id = run.run_id returning * into strict run;
        end if;
      exception when unique_violation then
        -- Meanwhile a run of another integration has got the key. A snapshot of repeatable read does not show
        -- that run: to look again would never end.
        if not exists (select from public.sync_run_log r
          where r.org_id = integration.org_id and r.idempotency_key = trigger_run.idempotency_key)
        then
          raise;
        end if;
        run := null;
      end;
    end if;
    exit when run.run_id is not null;
  end loop;
  return run;
end;
$$;
