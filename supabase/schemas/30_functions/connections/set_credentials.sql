-- Definer, because no client may write Vault or the integrations. The first statement checks the caller.
create or replace function public.set_integration_credentials(
  org_id uuid, integration_type text, credentials jsonb, reason text default null
) returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
  health public.sync_integration_health;
begin
  perform sync_scheduler.require_org_role(set_integration_credentials.org_id, '{admin}');
  perform sync_scheduler.require_text('reason', set_integration_credentials.reason);
  perform sync_scheduler.require_size('credentials', set_integration_credentials.credentials);
  credentials := nullif(credentials, 'null');
  -- No error of this function names a value: what is wrong with one is told by the connection check.
  if jsonb_typeof(credentials) <> 'object' or octet_length(credentials::text) > 16384 then
    perform sync_scheduler.raise_error('invalid_credentials',
      '{"reason": "a JSON object of at most 16 KiB, or null to remove them"}');
  end if;
  integration := sync_scheduler.lock_integration(
    set_integration_credentials.org_id, set_integration_credentials.integration_type);
  -- First, because it refuses a reason that is too long.
  perform sync_scheduler.audit(integration,
    case when credentials is null then 'remove_credentials' else 'set_credentials' end, reason);

  if credentials is null then
    delete from sync_scheduler.integration_credentials c where c.integration_id = integration.id;
    delete from vault.secrets s where s.name = sync_scheduler.credentials_name(integration.id);
    -- A check that is on its way has the old ones. It is over, but not forgotten: whoever removes them and
    -- stores others at once would else ask the external system as often as they like.
    update sync_scheduler.connection_checks p set ended_at = clock_timestamp()
    where p.integration_id = integration.id and p.ended_at is null;
    update public.sync_integration_health h set
      consecutive_failures = 0, configured_at = now(), last_success_at = null, run_failed_at = null,
      next_check_at = sync_scheduler.plan_check(integration, 0, h.passive_since,
        greatest(now(), h.check_requested_at + integration.health_check_interval / 2))
    where h.integration_id = integration.id returning * into strict health;
    return health;
  end if;
  -- Before anything is stored: who is refused knows that the old ones are in place.
  perform sync_scheduler.require_check_due(integration, replaces_open := true);
  perform sync_scheduler.store_credentials(integration, credentials);
  -- A vendor that asked us to slow down is asked at next_check_at, with the new ones.
  if sync_scheduler.passive_until(integration) is null then
    perform sync_scheduler.post_checks(array[integration.id]);
  end if;
  -- After the check: health is locked behind it.
  update public.sync_integration_health h
    set configured_at = now(), last_success_at = null, run_failed_at = null
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function public.set_integration_credentials(uuid, text, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function public.set_integration_credentials(uuid, text, jsonb, text) is
  'Stores the credentials of the organisation''s integration in Vault, where nobody can read them back, for '
  'the address that its config has now (see connect_integration): after a change of it they are stored '
  'again. Starts a connection check, in which the connector validates them. Returns the integration''s '
  'health at once; read it again: it is answered when checked_at is later than check_requested_at. No check '
  'starts while the vendor has asked us to slow down (passive_since): next_check_at says when it is asked. '
  'credentials: a JSON object of at most 16 KiB; null removes them, without a check. For admins of the '
  'organisation and the service role; that it was done is audited with reason (at most 500 characters), '
  'never what was stored. A run that is under way goes on with what it has. Errors: PT401 not_authenticated, '
  'PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long, PT422 invalid_credentials, '
  'PT422 unknown_integration_type, PT404 integration_not_found, PT422 reason_too_long, PT429 rate_limited '
  '(details: retry_after_seconds, retry_at, limit; nothing was stored), PT503 credentials_not_stored, PT503 '
  'function_url_not_configured.';
