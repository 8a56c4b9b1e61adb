-- Definer, because the service role has no rights in sync_scheduler. The token is the check of the caller.
create or replace function public.sync_worker_claim_probe(integration_id uuid, token text) returns jsonb
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
  return sync_scheduler.claim_probe(integration_id, token);
end;
$$;
revoke all on function public.sync_worker_claim_probe(uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_claim_probe(uuid, text) to service_role;
comment on function public.sync_worker_claim_probe(uuid, text) is
  'For the Edge Function (service role and the token of the connection check): see sync_scheduler.claim_probe. Takes a '
  'connection check, at most once, and returns what the worker needs to do it, credentials included.';
