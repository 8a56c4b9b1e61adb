-- Definer, because the service role has no rights in sync_scheduler. The token is the check of the caller.
create or replace function public.sync_worker_finish_probe(
  integration_id uuid,
  token text,
  outcome text,
  error_class text default null,
  error_code text default null,
  error_message text default null,
  latency_ms numeric default null,
  is_guess boolean default false,
  blames text default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_text('token', sync_worker_finish_probe.token);
  perform sync_scheduler.require_text('outcome', sync_worker_finish_probe.outcome);
  perform sync_scheduler.require_text('error_class', sync_worker_finish_probe.error_class);
  perform sync_scheduler.require_text('error_code', sync_worker_finish_probe.error_code);
  perform sync_scheduler.require_text('error_message', sync_worker_finish_probe.error_message);
  perform sync_scheduler.require_text('blames', sync_worker_finish_probe.blames);
  return sync_scheduler.finish_probe(integration_id, token, outcome, error_class, error_code, error_message, latency_ms,
    is_guess, blames);
end;
$$;
revoke all on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric, boolean, text)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric, boolean, text) to service_role;
comment on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric, boolean, text) is
  'For the Edge Function (service role and the token of the connection check): see sync_scheduler.finish_probe. Records '
  'what a connection check found, once.';
