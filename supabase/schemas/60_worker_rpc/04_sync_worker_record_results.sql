-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_record_results(
  run_id uuid, attempt integer, token text, batch_id uuid, results jsonb, set_aside boolean default false
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_record_results.token);
  perform sync_scheduler.require_size('results', sync_worker_record_results.results, 4194304);
  return sync_scheduler.record_results(run_id, attempt, token, batch_id, results, set_aside);
end;
$$;
revoke all on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean) to service_role;
comment on function public.sync_worker_record_results(uuid, integer, text, uuid, jsonb, boolean) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.record_results. Settles the entries of a batch and counts progress.';
