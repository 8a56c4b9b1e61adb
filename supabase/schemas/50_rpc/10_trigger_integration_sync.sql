-- Definer, because no client may write the run log or read the machinery. The first statement checks the caller.
create or replace function public.trigger_integration_sync(
  org_id uuid, integration_type text, idempotency_key text default null
) returns public.sync_run_log
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator}');
  perform sync_scheduler.require_valid_key(idempotency_key);
  return sync_scheduler.press(sync_scheduler.lock_integration(org_id, integration_type), idempotency_key);
end;
$$;
revoke all on function public.trigger_integration_sync(uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.trigger_integration_sync(uuid, text, text) to authenticated, service_role;
comment on function public.trigger_integration_sync(uuid, text, text) is
  'Starts a sync of the organisation''s integration now and returns its run (pending) at once; watch it in sync_run_log. '
  'For admins and coordinators of the organisation, and for the service role (triggered_by api, without limits). People wait for '
  'manual_cooldown (at least settings.least_cooldown) and start settings.presses_per_hour runs an hour in an organisation. '
  'The same idempotency_key (at most 200 characters) of the same organisation returns the same run. A run that stands '
  'still because its worker died is revived and returned. notice says scheduler_not_ticking when pg_cron is silent. '
  'Errors, checked in this order: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 invalid_idempotency_key, PT422 '
  'unknown_integration_type, PT404 integration_not_found, PT409 idempotency_key_reused, PT409 integration_disabled, '
  'PT409 integration_paused, PT409 sync_already_in_progress, PT429 rate_limited, PT503 function_url_not_configured; '
  'details are JSON.';
