-- Definer, because no client may write the machinery. The first statement checks the caller.
create or replace function public.test_integration_connection(org_id uuid, integration_type text)
returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  integration public.sync_integrations;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin,coordinator}');
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  perform sync_scheduler.refuse_until(sync_scheduler.passive_until(integration), 'vendor');
  perform sync_scheduler.require_probe_due(integration);
  -- Of people alone: by it their checks are bounded.
  if sync_scheduler.caller_id() is not null then
    perform sync_scheduler.audit(integration, 'test_connection');
  end if;
  return sync_scheduler.start_probe(integration);
end;
$$;
revoke all on function public.test_integration_connection(uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.test_integration_connection(uuid, text) to authenticated, service_role;
comment on function public.test_integration_connection(uuid, text) is
  'Starts a check of the connection to the external system, also of an integration that is paused or switched off, and '
  'returns the integration''s health at once; read it again: it is answered when checked_at is later than check_requested_at, '
  'at the latest a minute after it (last_error_code check_unanswered) while the scheduler ticks. For admins and coordinators of '
  'the organisation and the service role. One at a time, none sooner than settings.probe_cooldown (10 s) after the last, and for '
  'people settings.presses_per_hour an hour, counted in the audit log. None while the vendor has asked us to slow down '
  '(passive_since, until next_check_at). '
  'Errors: PT401 not_authenticated, PT401 unsupported_identity, '
  'PT403 not_authorized, PT422 unknown_integration_type, PT404 integration_not_found, PT429 '
  'rate_limited (details: retry_after_seconds, retry_at, limit), PT503 function_url_not_configured.';
