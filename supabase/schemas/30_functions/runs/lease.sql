-- Definer, because the service role has no rights in sync_scheduler. The attempt token checks the caller.
create or replace function public.sync_worker_heartbeat(
  run_id uuid, attempt integer, token text, checkpoint jsonb default null,
  first_vendor_byte_ms numeric default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  run constant public.sync_run_log := sync_scheduler.extend_lease(run_id, attempt, token, 'hold');
begin
  perform sync_scheduler.require_size('checkpoint', checkpoint, 524288);
  if octet_length(checkpoint::text) > 65536 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"checkpoint": "more than 64 KiB"}');
  elsif first_vendor_byte_ms not between 0 and 86400000 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"first_vendor_byte_ms": "0 to 86400000"}');
  elsif checkpoint is not null or first_vendor_byte_ms is not null then
    update sync_scheduler.run_attempts a set
      checkpoint = nullif(coalesce(sync_worker_heartbeat.checkpoint, a.checkpoint), 'null'),
      first_vendor_byte_ms = coalesce(a.first_vendor_byte_ms, sync_worker_heartbeat.first_vendor_byte_ms)
    -- Each further heartbeat repeats the first byte.
    where a.run_id = run.run_id and a.attempt = run.attempt
      and (sync_worker_heartbeat.checkpoint is not null or a.first_vendor_byte_ms is null);
  end if;
  return sync_scheduler.run_progress(run) || jsonb_build_object('lease_expires_at',
    now() + (select s.lease_duration from sync_scheduler.settings s));
end;
$$;
revoke all on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric) is
  'For the Edge Function (service role and attempt token). Extends the lease of an attempt and saves its '
  'checkpoint (at most 64 KiB) if one is given. Past the run''s deadline only while a batch is on its way, '
  'and for settings.slice_duration at most. first_vendor_byte_ms: 0 to 86400000. Returns the run''s '
  'progress, cancel_requested and lease_expires_at. Errors: PT401 invalid_token, PT409 '
  'attempt_not_current, PT422 argument_too_long, PT422 invalid_worker_request.';

-- Locks the run, checks the token, extends the lease and returns the run. Every worker call between claim and
-- finish begins with this. Past the run's deadline, with past_deadline refuse, it fails. With hold it passes
-- while a batch is on its way, for slice_duration at most. With settle it passes without a lease. Errors:
-- PT401 invalid_token, PT409 attempt_not_current.
create or replace function sync_scheduler.extend_lease(
  run_id uuid, attempt integer, token text, past_deadline text default 'refuse') returns public.sync_run_log
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  held constant sync_scheduler.run_attempts := sync_scheduler.lock_attempt(run_id, attempt, token);
  run public.sync_run_log;
begin
  if held.claimed_at is null or held.ended_at is not null then
    perform sync_scheduler.raise_error('attempt_not_current');
  end if;
  select * into strict run from public.sync_run_log r where r.run_id = extend_lease.run_id;
  if run.deadline_at <= now() then
    -- Results and the end are accepted past the deadline too.
    if extend_lease.past_deadline = 'settle' then
      return run;
    end if;
    -- To break off a batch on its way would only make its outcome unknown. A batch takes one slice at most.
    if extend_lease.past_deadline <> 'hold'
      or run.deadline_at + (select s.slice_duration from sync_scheduler.settings s) <= now()
      or not exists (select from public.sync_export_entries e
        where e.integration_id = run.integration_id and e.state = 'sending')
    then
      perform sync_scheduler.raise_error('attempt_not_current');
    end if;
  end if;
  update sync_scheduler.run_attempts a set heartbeat_at = now(), lease_expires_at = now() + s.lease_duration
  from sync_scheduler.settings s where a.run_id = run.run_id and a.attempt = extend_lease.attempt;
  return run;
end;
$$;

-- Locks the run and returns the attempt that the token belongs to. Errors: PT401 invalid_token.
create or replace function sync_scheduler.lock_attempt(run_id uuid, attempt integer, token text)
returns sync_scheduler.run_attempts
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  hash constant bytea := sha256(convert_to(token, 'UTF8'));
  found_attempt sync_scheduler.run_attempts;
begin
  -- Addresses and ids of runs are no secrets: a forged token waits for no lock, and holds none.
  perform from sync_scheduler.run_attempts a
  where a.run_id = lock_attempt.run_id and a.attempt = lock_attempt.attempt and a.token_hash = hash;
  if found then
    -- Every writer of a run takes this lock first, so a worker, a cancel and the recovery take turns.
    perform from public.sync_run_log r where r.run_id = lock_attempt.run_id for no key update;
    -- It may have been replaced while we waited.
    select * into found_attempt from sync_scheduler.run_attempts a
    where a.run_id = lock_attempt.run_id and a.attempt = lock_attempt.attempt and a.token_hash = hash;
  end if;
  if not found then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  return found_attempt;
end;
$$;

-- What a worker learns of its run: counters of entries, and whether a person or the host asked to cancel.
create or replace function sync_scheduler.run_progress(run public.sync_run_log) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_build_object(
    'cancel_requested', run.cancel_requested_at is not null, 'entries_total', run.entries_total,
    'entries_done', run.entries_done, 'entries_failed', run.entries_failed);
end;
$$;
