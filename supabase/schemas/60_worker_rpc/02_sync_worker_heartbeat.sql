-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_heartbeat(
  run_id uuid, attempt integer, token text, checkpoint jsonb default null, first_vendor_byte_ms numeric default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_heartbeat.token);
  perform sync_scheduler.require_size('checkpoint', sync_worker_heartbeat.checkpoint, 524288);
  return sync_scheduler.heartbeat_attempt(run_id, attempt, token, checkpoint, first_vendor_byte_ms);
end;
$$;
revoke all on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric) to service_role;
comment on function public.sync_worker_heartbeat(uuid, integer, text, jsonb, numeric) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.heartbeat_attempt. Extends the lease, saves a checkpoint if one is given, and returns cancel_requested.';
