-- Definer, because the service role has no rights in sync_scheduler. The warm-up's token is the check of the caller.
create or replace function public.sync_worker_warm(
  scheduled_for timestamptz, token text, boot_id uuid, boot_ms numeric, cold_start boolean
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_warm.token);
  return sync_scheduler.answer_warmup(scheduled_for, token, boot_id, boot_ms, cold_start);
end;
$$;
revoke all on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean) to service_role;
comment on function public.sync_worker_warm(timestamptz, text, uuid, numeric, boolean) is
  'For the Edge Function (service role and warm-up token): see sync_scheduler.answer_warmup. Reports that the isolate is up, '
  'at most once.';
