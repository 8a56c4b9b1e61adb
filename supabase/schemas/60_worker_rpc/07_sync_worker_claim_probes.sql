-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_probes(probes jsonb, protocol integer default 1) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_size('probes', sync_worker_claim_probes.probes);
  return sync_scheduler.claim_probes(probes, protocol);
end;
$$;
revoke all on function public.sync_worker_claim_probes(jsonb, integer) from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_claim_probes(jsonb, integer) to service_role;
comment on function public.sync_worker_claim_probes(jsonb, integer) is
  'For the Edge Function (service role and the tokens of the connection checks): see sync_scheduler.claim_probes. Takes a handful '
  'of connection checks, each at most once, and returns what the worker needs to do them, credentials included.';
