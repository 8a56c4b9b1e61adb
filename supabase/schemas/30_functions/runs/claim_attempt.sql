-- Definer, because the service role has no rights in sync_scheduler. The attempt token checks the caller.
create or replace function public.sync_worker_claim(
  run_id uuid, attempt integer, token text, boot_id uuid, boot_ms numeric, cold_start boolean,
  protocol integer default 1, database_trouble jsonb default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  claimed constant sync_scheduler.run_attempts := sync_scheduler.lock_attempt(run_id, attempt, token);
  refusal constant text := sync_scheduler.protocol_refusal(protocol);
  run public.sync_run_log;
  integration public.sync_integrations;
  settings sync_scheduler.settings;
begin
  perform sync_scheduler.require_size('database_trouble', database_trouble);
  if claimed.ended_at is not null then
    perform sync_scheduler.raise_error('attempt_not_current');
  elsif claimed.claimed_at is not null then
    perform sync_scheduler.raise_error('already_claimed');
  elsif refusal is not null then
    -- The run waits, with a notice until the next claim. No error, for that would undo it. It uses up no
    -- attempt and no dispatch. The deadline is for runs that could have run, but no run is pending for ever.
    update public.sync_run_log r set
      notice = refusal, deadline_at = greatest(r.deadline_at, least(now() + i.run_deadline,
        r.triggered_at + interval '7 days'))
    from public.sync_integrations i where r.run_id = claimed.run_id and i.id = r.integration_id;
    -- To write refused_protocol is an event: alerts has a trigger on it.
    update sync_scheduler.run_attempts a set
      dispatch_count = 0, refused_protocol = coalesce(sync_worker_claim.protocol, 0),
      lease_expires_at = now() + (select s.claim_timeout * 2 from sync_scheduler.settings s)
    where a.run_id = claimed.run_id and a.attempt = claimed.attempt;
    return jsonb_build_object('refused', refusal);
  end if;
  -- Read after the run's lock is held, see pause_if_stopped.
  select * into strict run from public.sync_run_log r where r.run_id = claimed.run_id;
  select * into strict integration from public.sync_integrations i where i.id = run.integration_id;
  if sync_scheduler.is_stopped(integration) or run.deadline_at <= now() then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  select * into strict settings from sync_scheduler.settings;

  update public.sync_run_log r set status = 'running', started_at = coalesce(r.started_at, now()),
    -- The failure of the attempt before is in run_attempts. This attempt has not failed.
    error_code = null, error_message = null, quota_until = null,
    notice = case when r.notice in ('function_outdated', 'schema_outdated') then null else r.notice end,
    -- Once a run, and up to 10,000: the time to count grows with the entries that wait.
    entries_total = case when r.started_at is not null then r.entries_total else (select count(*) from (
        select from public.sync_export_entries e
        where e.integration_id = r.integration_id and e.state = 'pending'
        union all
        select from public.sync_export_entries e
        where e.integration_id = r.integration_id and e.state = 'unknown' limit 10001) waiting) end
  where r.run_id = run.run_id returning * into strict run;

  -- Writing claimed_at is an event: alerts has a trigger on it.
  update sync_scheduler.run_attempts a set
    claimed_at = now(), heartbeat_at = now(), lease_expires_at = now() + settings.lease_duration,
    settled_before = run.entries_done + run.entries_failed, boot_id = sync_worker_claim.boot_id,
    -- Bounded, not refused: a wrong measure must not keep the run from starting. NaN counts as too large.
    boot_ms = case when sync_worker_claim.boot_ms is not null
      then least(greatest(sync_worker_claim.boot_ms, 0), 3600000) end,
    cold_start = sync_worker_claim.cold_start, database_trouble = sync_worker_claim.database_trouble,
    -- It does not change before we are done: follow_config waits for the run.
    address = sync_scheduler.address_of(integration)
  where a.run_id = run.run_id and a.attempt = claimed.attempt;

  return sync_scheduler.read_connection(integration.id) || jsonb_build_object(
    'checkpoint', (select a.checkpoint from sync_scheduler.run_attempts a
      where a.run_id = run.run_id and a.checkpoint is not null order by a.attempt desc limit 1),
    'lease_seconds', extract(epoch from settings.lease_duration),
    'heartbeat_seconds', extract(epoch from settings.heartbeat_interval),
    'slice_seconds', extract(epoch from settings.slice_duration)) || sync_scheduler.run_progress(run);
end;
$$;
revoke all on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb) is
  'For the Edge Function (service role and attempt token). Takes an attempt, at most once: pending to '
  'running. boot_ms is in milliseconds. database_trouble {code, since, until} is what the database could '
  'not write down itself. Returns what the worker needs, credentials included, or refused '
  '(function_outdated, schema_outdated) for an unknown protocol. Errors: PT401 invalid_token, PT409 '
  'already_claimed, PT409 attempt_not_current, PT422 argument_too_long.';

-- Why this schema refuses a worker of that protocol: function_outdated or schema_outdated; null: it does not.
create or replace function sync_scheduler.protocol_refusal(protocol integer) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when sync_scheduler.worker_protocols() @> protocol_refusal.protocol then null
    when protocol_refusal.protocol < lower(sync_scheduler.worker_protocols()) then 'function_outdated'
    else 'schema_outdated' end;
end;
$$;

-- The versions of the worker protocol that this schema understands. A release that changes the protocol keeps
-- the one before it, so that database and function may be upgraded one after the other.
create or replace function sync_scheduler.worker_protocols() returns int4range
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return int4range(1, 1, '[]');
end;
$$;
