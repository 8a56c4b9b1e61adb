-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_claim(
  run_id uuid, attempt integer, token text, boot_id uuid, boot_ms numeric, cold_start boolean,
  protocol integer default 1, database_trouble jsonb default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_claim.token);
  perform sync_scheduler.require_size('database_trouble', sync_worker_claim.database_trouble);
  return sync_scheduler.claim_attempt(run_id, attempt, token, boot_id, boot_ms, cold_start, protocol, database_trouble);
end;
$$;
revoke all on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb) to service_role;
comment on function public.sync_worker_claim(uuid, integer, text, uuid, numeric, boolean, integer, jsonb) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.claim_attempt. Takes an attempt, at most once, and returns what the worker needs to do it, credentials included.';
