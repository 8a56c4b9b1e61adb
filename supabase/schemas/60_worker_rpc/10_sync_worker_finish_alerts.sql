-- Definer, because the service role has no rights in sync_scheduler. The token is the check of the caller.
create or replace function public.sync_worker_finish_alerts(org_id uuid, token text, results jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_finish_alerts.token);
  perform sync_scheduler.require_size('results', sync_worker_finish_alerts.results, 262144);
  return sync_scheduler.finish_alerts(org_id, token, results);
end;
$$;
revoke all on function public.sync_worker_finish_alerts(uuid, text, jsonb) from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_finish_alerts(uuid, text, jsonb) to service_role;
comment on function public.sync_worker_finish_alerts(uuid, text, jsonb) is
  'For the Edge Function (service role and the sender''s token): see sync_scheduler.finish_alerts. Records which messages a '
  'receiver has taken, once.';
