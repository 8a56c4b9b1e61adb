-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_alerts(senders jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_size('senders', sync_worker_claim_alerts.senders);
  return sync_scheduler.claim_alerts(senders);
end;
$$;
revoke all on function public.sync_worker_claim_alerts(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_claim_alerts(jsonb) to service_role;
comment on function public.sync_worker_claim_alerts(jsonb) is
  'For the Edge Function (service role and the senders'' tokens): see sync_scheduler.claim_alerts. Takes messages for alert '
  'webhooks, each sender at most once, and returns what the worker needs to post them, address and secret included.';
