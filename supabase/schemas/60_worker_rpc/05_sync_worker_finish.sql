-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_finish(
  run_id uuid,
  attempt integer,
  token text,
  outcome text,
  error_class text default null,
  error_code text default null,
  error_message text default null,
  retry_after_seconds numeric default null,
  checkpoint jsonb default null,
  first_vendor_byte_ms numeric default null,
  stuck_batch uuid default null,
  blames text default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_finish.token);
  perform sync_scheduler.require_text('outcome', sync_worker_finish.outcome);
  perform sync_scheduler.require_text('error_class', sync_worker_finish.error_class);
  perform sync_scheduler.require_text('error_code', sync_worker_finish.error_code);
  perform sync_scheduler.require_text('error_message', sync_worker_finish.error_message);
  perform sync_scheduler.require_text('blames', sync_worker_finish.blames);
  perform sync_scheduler.require_size('checkpoint', sync_worker_finish.checkpoint, 524288);
  return sync_scheduler.finish_attempt(run_id, attempt, token, outcome,
    error_class, error_code, error_message, retry_after_seconds, checkpoint, first_vendor_byte_ms, stuck_batch,
    blames);
end;
$$;
revoke all on function public.sync_worker_finish(
  uuid, integer, text, text, text, text, text, numeric, jsonb, numeric, uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_finish(
  uuid, integer, text, text, text, text, text, numeric, jsonb, numeric, uuid, text) to service_role;
comment on function public.sync_worker_finish(
  uuid, integer, text, text, text, text, text, numeric, jsonb, numeric, uuid, text) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.finish_attempt. Ends the attempt and returns '
  'what became of the run.';
