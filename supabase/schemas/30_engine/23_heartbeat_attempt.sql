create or replace function sync_scheduler.heartbeat_attempt(
  run_id uuid, attempt integer, token text, checkpoint jsonb default null, first_vendor_byte_ms numeric default null
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  run public.sync_run_log :=
    sync_scheduler.extend_lease(heartbeat_attempt.run_id, heartbeat_attempt.attempt, heartbeat_attempt.token, 'hold');
begin
  if heartbeat_attempt.checkpoint is not null then
    perform sync_scheduler.save_checkpoint(
      heartbeat_attempt.run_id, heartbeat_attempt.attempt, heartbeat_attempt.checkpoint);
  end if;
  if heartbeat_attempt.first_vendor_byte_ms is not null then
    if heartbeat_attempt.first_vendor_byte_ms not between 0 and 86400000 then
      perform sync_scheduler.raise_error('invalid_worker_request', '{"first_vendor_byte_ms": "0 to 86400000"}');
    end if;
    -- For the timeline, once: every further heartbeat says the same.
    update sync_scheduler.run_attempts a set first_vendor_byte_ms = heartbeat_attempt.first_vendor_byte_ms
    where a.run_id = run.run_id and a.attempt = run.attempt and a.first_vendor_byte_ms is null;
  end if;
  return sync_scheduler.run_progress(run) || jsonb_build_object('lease_expires_at', (
    select a.lease_expires_at from sync_scheduler.run_attempts a
    where a.run_id = run.run_id and a.attempt = run.attempt));
end;
$$;
revoke all on function sync_scheduler.heartbeat_attempt(uuid, integer, text, jsonb, numeric)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.heartbeat_attempt(uuid, integer, text, jsonb, numeric) is
  'Keeps an attempt alive, saves its checkpoint if one is given and brings back cancel_requested. Past the run''s deadline '
  'only while a batch is on its way, and for slice_duration at most. Errors: PT401 invalid_token, PT409 '
  'attempt_not_current, PT422 invalid_worker_request (checkpoint above 64 KiB, first_vendor_byte_ms out of range).';
