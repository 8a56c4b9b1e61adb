-- A worker takes an attempt.

-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the
-- caller.
create or replace function public.sync_worker_claim(
  run_id uuid, attempt integer, token text, boot_id uuid, boot_ms numeric, cold_start boolean,
  protocol integer default 1, database_trouble jsonb default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_claim.token);
  perform sync_scheduler.require_size('database_trouble', sync_worker_claim.database_trouble);
  return sync_scheduler.claim_attempt(run_id, attempt, token, boot_id, boot_ms, cold_start, protocol,
    database_trouble);
end;
$$;
revoke all on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.claim_attempt. Takes an '
  'attempt, at most once, and returns what the worker needs to do it, credentials included.';

-- Takes an attempt for the worker that holds its token, at most once: pending to running. boot_ms is in
-- milliseconds; database_trouble {code, since, until} is what the database could not write down itself, see
-- raise_database_trouble. Returns what the worker needs, credentials included (see read_connection); or
-- refused, see refuse_worker, if protocol is none of worker_protocols. Resolves alerts that the sync
-- function, or a slot in time, refutes. Errors: PT401 invalid_token, PT409 already_claimed, PT409
-- attempt_not_current.
create or replace function sync_scheduler.claim_attempt(
  run_id uuid, attempt integer, token text, boot_id uuid, boot_ms numeric, cold_start boolean,
  protocol integer, database_trouble jsonb default null
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  claimed sync_scheduler.run_attempts :=
    sync_scheduler.lock_attempt(claim_attempt.run_id, claim_attempt.attempt, claim_attempt.token);
  run public.sync_run_log;
  integration public.sync_integrations;
  settings sync_scheduler.settings;
  mended public.sync_alert_kind[] := '{dispatch_failing}'::public.sync_alert_kind[];
begin
  if claimed.ended_at is not null then
    perform sync_scheduler.raise_error('attempt_not_current');
  elsif claimed.claimed_at is not null then
    perform sync_scheduler.raise_error('already_claimed');
  elsif (sync_scheduler.worker_protocols() @> protocol) is not true then
    return sync_scheduler.refuse_worker(claim_attempt.run_id, claim_attempt.attempt, protocol);
  end if;
  -- Read after the run's lock is held, see pause_if_stopped.
  select i.* into strict integration
    from public.sync_run_log r join public.sync_integrations i on i.id = r.integration_id
  where r.run_id = claim_attempt.run_id;
  if sync_scheduler.is_stopped(integration) then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  select * into strict settings from sync_scheduler.settings;

  update public.sync_run_log r set
    status = 'running',
    started_at = coalesce(r.started_at, now()),
    -- What the attempt before it died of is in run_attempts; this one has not failed.
    error_code = null,
    error_message = null,
    quota_until = null,
    notice = case when r.notice in ('function_outdated', 'schema_outdated') then null else r.notice end,
    entries_total = r.entries_done + r.entries_failed + (
      select count(*) from public.sync_export_entries e
      where e.integration_id = r.integration_id and e.state in ('pending', 'unknown'))
  where r.run_id = claim_attempt.run_id
  returning * into strict run;
  if run.deadline_at <= now() then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;

  update sync_scheduler.run_attempts a set
    claimed_at = now(),
    settled_before = run.entries_done + run.entries_failed,
    boot_id = claim_attempt.boot_id,
    -- Bounded, and never refused: a measure that is wrong (NaN counts as too large) must not keep the run
    -- from starting.
    boot_ms = case when claim_attempt.boot_ms is not null
      then least(greatest(claim_attempt.boot_ms, 0), 3600000) end,
    cold_start = claim_attempt.cold_start,
    -- It does not change before we are done: follow_address waits for the run.
    address = sync_scheduler.address_of(integration),
    heartbeat_at = now(),
    lease_expires_at = now() + settings.lease_duration
  where a.run_id = run.run_id and a.attempt = claim_attempt.attempt;

  if run.triggered_by = 'schedule' and run.started_at = now() then
    mended := mended || 'start_failed'::public.sync_alert_kind;
    -- What waited for the end of a pause is not late.
    if not exists (
        select from sync_scheduler.run_attempts a where a.run_id = run.run_id and a.outcome = 'paused')
      and not sync_scheduler.check_drift(integration, run.scheduled_for, run.started_at, run.run_id) then
      mended := mended || 'drift'::public.sync_alert_kind;
    end if;
  end if;
  perform sync_scheduler.resolve_alerts(integration.id, mended);
  if claim_attempt.database_trouble is not null then
    perform sync_scheduler.note_database_trouble(claim_attempt.database_trouble);
  end if;
  return sync_scheduler.read_connection(integration.id) || jsonb_build_object(
    'checkpoint', (
      select a.checkpoint from sync_scheduler.run_attempts a
      where a.run_id = run.run_id and a.checkpoint is not null order by a.attempt desc limit 1),
    'lease_seconds', extract(epoch from settings.lease_duration),
    'heartbeat_seconds', extract(epoch from settings.heartbeat_interval),
    'slice_seconds', extract(epoch from settings.slice_duration))
    || sync_scheduler.run_progress(run);
end;
$$;

-- Leaves the attempt of a worker whose protocol this schema does not understand unclaimed: its run waits,
-- with a notice and an alert that the next claim resolves, and is dispatched again after twice
-- settings.claim_timeout, for a week at most. The caller holds the run's row lock. Returns refused:
-- function_outdated or schema_outdated.
create or replace function sync_scheduler.refuse_worker(run_id uuid, attempt integer, protocol integer)
  returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  reason text := case when protocol < lower(sync_scheduler.worker_protocols()) then 'function_outdated'
    else 'schema_outdated' end;
  run public.sync_run_log;
  integration public.sync_integrations;
begin
  -- No error, which would take all of this back. As often as it takes, for no attempt and no dispatch is used
  -- up by it, and the deadline is for runs that could have run. But no run is pending for ever, whatever
  -- nobody mends.
  update public.sync_run_log r set
    notice = reason,
    deadline_at = greatest(r.deadline_at, least(now() + i.run_deadline, r.triggered_at + interval '7 days'))
  from public.sync_integrations i
  where r.run_id = refuse_worker.run_id and i.id = r.integration_id
  returning r.* into strict run;
  update sync_scheduler.run_attempts a set
    dispatch_count = 0,
    lease_expires_at = now() + (select s.claim_timeout * 2 from sync_scheduler.settings s)
  where a.run_id = run.run_id and a.attempt = refuse_worker.attempt;

  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  perform sync_scheduler.raise_alert(integration, 'dispatch_failing', 'critical', null,
    'The sync function and the database are of releases that do not understand each other: syncs wait until '
    'both are up to date.',
    jsonb_build_object('reason', reason, 'function_protocol', protocol,
      'schema_protocols', sync_scheduler.worker_protocols()::text),
    run.run_id);
  return jsonb_build_object('refused', reason);
end;
$$;

-- The versions of the worker protocol that this schema understands; the Edge Function names its own with each
-- claim. A release that changes the protocol keeps the one before it, so that database and function may be
-- brought up to date one after the other.
create or replace function sync_scheduler.worker_protocols() returns int4range
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return int4range(1, 1, '[]');
end;
$$;
