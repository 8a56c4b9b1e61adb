-- Definer, because the service role has no rights in sync_scheduler. The attempt token is the check of the caller.
create or replace function public.sync_worker_reserve_entries(
  run_id uuid, attempt integer, token text, batch_size integer, entry_keys text[] default null,
  batch_bytes integer default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_reserve_entries.token);
  perform sync_scheduler.require_text('entry_keys', (
    select k from unnest(sync_worker_reserve_entries.entry_keys) k where k is not null order by length(k) desc limit 1));
  return sync_scheduler.reserve_entries(run_id, attempt, token, batch_size, entry_keys, batch_bytes);
end;
$$;
revoke all on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer) to service_role;
comment on function public.sync_worker_reserve_entries(uuid, integer, text, integer, text[], integer) is
  'For the Edge Function (service role and attempt token): see sync_scheduler.reserve_entries. Returns the next batch to export; batch_id is null when nothing is left.';
