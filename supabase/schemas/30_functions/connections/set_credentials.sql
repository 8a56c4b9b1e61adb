-- Definer, because no client may write Vault or the integrations. The first statement checks the caller.
create or replace function public.set_integration_credentials(
  org_id uuid, integration_type text, credentials jsonb, reason text default null, address jsonb default null
) returns public.sync_integration_health
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  secrets constant jsonb := nullif(credentials, 'null');
  meant constant jsonb := nullif(address, 'null');
  integration public.sync_integrations;
  seen public.sync_integrations;
  health public.sync_integration_health;
begin
  perform sync_scheduler.require_org_role(org_id, '{admin}');
  perform sync_scheduler.require_text('reason', reason);
  perform sync_scheduler.require_size('credentials', secrets);
  perform sync_scheduler.require_size('address', meant, 262144);
  -- No error of this function names a value: the connection check says what is wrong with it.
  if jsonb_typeof(secrets) <> 'object' or octet_length(secrets::text) > 16384 then
    perform sync_scheduler.raise_error('invalid_credentials',
      '{"reason": "a JSON object of at most 16 KiB, or null to remove them"}');
  end if;
  integration := sync_scheduler.lock_integration(org_id, integration_type);
  -- Under the lock: a late call must not hand its secrets to an address that another admin has set since.
  seen := integration;
  seen.config := coalesce(meant, integration.config);
  if jsonb_typeof(meant) <> 'object'
    or sync_scheduler.address_of(seen) <> sync_scheduler.address_of(integration) then
    perform sync_scheduler.raise_error('address_changed');
  end if;
  perform sync_scheduler.audit(integration,
    case when secrets is null then 'remove_credentials' else 'set_credentials' end, reason);
  if secrets is not null then
    -- Before anything is stored: a caller who is refused knows that the old ones are in place.
    perform sync_scheduler.refuse_until((select c.requested_at + s.check_cooldown
      from sync_scheduler.connection_checks c, sync_scheduler.settings s
      where c.integration_id = integration.id), 'check');
  end if;
  -- A check that is on its way has the old ones, so it is over. Its row stays for the cooldown: else an admin
  -- could remove and store credentials, and so ask the external system, without a limit.
  update sync_scheduler.connection_checks c set ended_at = clock_timestamp()
  where c.integration_id = integration.id and c.ended_at is null;
  if secrets is null then
    delete from sync_scheduler.integration_credentials c where c.integration_id = integration.id;
    delete from vault.secrets s where s.name = sync_scheduler.secret_name('credentials', integration.id);
  else
    perform sync_scheduler.store_credentials(integration, secrets);
    -- A vendor that asked us to slow down is asked at next_check_at, with the new ones.
    if (sync_scheduler.passive_until(integration) > clock_timestamp()) is not true then
      perform sync_scheduler.post_checks(array[integration.id]);
    end if;
  end if;
  -- After the check, because health is locked after it.
  perform sync_scheduler.end_credentials_needed(integration);
  update public.sync_integration_health h set
    configured_at = now(), last_success_at = null, run_failed_at = null,
    consecutive_failures = case when secrets is null then 0 else h.consecutive_failures end,
    next_check_at = case when secrets is not null then h.next_check_at
      else sync_scheduler.plan_check(integration, 0, h.passive_since, h.check_requested_at) end
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function public.set_integration_credentials(uuid, text, jsonb, text, jsonb)
  from public, anon, authenticated, service_role;
comment on function public.set_integration_credentials(uuid, text, jsonb, text, jsonb) is
$$Stores the credentials in Vault for the address that `config` has now: see `connect_integration`.
No function returns them. Starts a connection check, in which the connector validates them: a refusal names
the field, never the value. Returns the health at once, as `test_integration_connection` does. While the
vendor asks us to slow down (`passive_since`), the check waits until `next_check_at`. Ends what
`connect_integration` reports as `credentials_needed`, whatever the check finds. `credentials` is a JSON
object of at most 16 KiB, as the connector needs it; `null` removes them, without a check. An active attempt
goes on with what it has. For admins and the service role; audited with `reason`, never what was stored.

`address` is the `config` for which the credentials are meant, as the caller has read or sent it. Only the
`address_keys` of the type count in it. If the integration has another address by now, the call is refused as
`address_changed`. Give it always: a call that arrives late could hand the secrets to an address that another
admin has connected since.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized, PT422 argument_too_long,
PT422 invalid_credentials, PT422 unknown_integration_type, PT404 integration_not_found,
PT409 address_changed, PT422 reason_too_long, PT429 rate_limited (within `settings.check_cooldown`, 10 s, of
the last check, or too often within the hour; nothing was stored), PT503 credentials_not_stored,
PT503 function_url_not_configured.$$;

-- Ends credentials_needed, when the stored credentials match the address again or are removed. Writes health
-- and check_faults, on which alerts has a trigger. Health is unknown until a check or a run gets through.
-- Locks health, after the check. The caller holds the integration's lock.
create or replace function sync_scheduler.end_credentials_needed(integration public.sync_integrations)
  returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from sync_scheduler.integration_credentials c
    where c.integration_id = integration.id and c.address <> sync_scheduler.address_of(integration))
  then
    return;
  end if;
  update public.sync_integration_health h set status = 'unknown', since = clock_timestamp(),
    last_error_code = null, last_error_message = null
  where h.integration_id = integration.id and h.status = 'needs_attention'
    and (h.last_error_code = 'credentials_needed' or exists (select from sync_scheduler.check_faults f
      where f.integration_id = integration.id and f.refused_code = 'credentials_needed'));
  update sync_scheduler.check_faults f
  set status = 'unknown', failures = 0, refused_at = null, refused_code = null
  where f.integration_id = integration.id and f.refused_code = 'credentials_needed';
end;
$$;
