create or replace function sync_scheduler.finish_probe(
  integration_id uuid,
  token text,
  outcome text,
  error_class text default null,
  error_code text default null,
  error_message text default null,
  latency_ms numeric default null
) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
  integration public.sync_integrations;
  asked_at timestamptz;
  by_tick boolean;
  in_incident boolean := false;
begin
  if coalesce(outcome, '') not in ('answered', 'reached', 'failed')
    or (outcome = 'failed') is distinct from (error_class is not null)
    or coalesce(error_class, 'permanent') not in ('transient', 'rate_limited', 'ambiguous', 'permanent')
    or (outcome = 'failed' and (error_code is null or error_message is null))
    or coalesce(latency_ms, 0) not between 0 and 3600000
  then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"outcome": "answered, reached, or failed with an error_class, error_code and error_message", "latency_ms": "0 to 3600000"}');
  end if;

  update sync_scheduler.probes p set ended_at = clock_timestamp()
  where p.integration_id = finish_probe.integration_id
    and p.token_hash = sha256(convert_to(finish_probe.token, 'UTF8'))
    and p.claimed_at is not null and p.ended_at is null
  returning p.requested_at, p.by_tick into asked_at, by_tick;
  if not found then
    if exists (
      select from sync_scheduler.probes p
      where p.integration_id = finish_probe.integration_id and p.ended_at is not null
        and p.token_hash = sha256(convert_to(finish_probe.token, 'UTF8'))
    ) then
      -- The repetition of a call whose answer was lost, or an answer after the time for it.
      return '{"recorded": false}';
    end if;
    perform sync_scheduler.raise_error('invalid_token');
  end if;

  select * into strict integration from public.sync_integrations i where i.id = finish_probe.integration_id;
  -- Order of locks: probe, health, vendor.
  perform from public.sync_integration_health h where h.integration_id = integration.id for no key update;
  -- In an incident the vendor's own backoff counts: each of its integrations keeps its turns, so that one will see its end.
  -- Not from checks that people ask for: no member may open, keep open or end an incident by hand.
  if by_tick then
    in_incident := sync_scheduler.note_vendor_failure(integration, error_class, error_code);
  end if;
  update public.sync_integration_health h set
    checked_at = clock_timestamp(),
    latency_ms = round(finish_probe.latency_ms),
    consecutive_failures = case when outcome = 'failed' then h.consecutive_failures + (not in_incident)::integer else 0 end,
    next_check_at = sync_scheduler.plan_check(integration,
      case when outcome = 'failed' and not in_incident then h.consecutive_failures + 1 else 0 end, h.passive_since,
      -- Half: the turn that comes next, but not the one that this check was, which the tick came to a little late.
      now() + case when outcome = 'failed' and not in_incident and h.consecutive_failures > 0 then interval '0'
        else integration.health_check_interval / 2 end)
  where h.integration_id = integration.id returning * into strict health;
  if outcome = 'failed' then
    perform sync_scheduler.note_failed_check(integration, health, in_incident, error_class, left(error_code, 100), left(error_message, 500));
    return '{"recorded": true}';
  end if;
  -- That somebody answers refutes what the function itself found wrong, but not a refusal of what a run has sent.
  if outcome = 'answered' or health.status <> 'needs_attention'
    or health.last_error_code in ('invalid_config', 'invalid_credentials', 'no_connector')
  then
    perform sync_scheduler.set_health(integration.id, 'healthy');
  end if;
  if by_tick then
    perform sync_scheduler.note_vendor_answer(integration.id, asked_at);
  end if;
  return '{"recorded": true}';
end;
$$;
revoke all on function sync_scheduler.finish_probe(uuid, text, text, text, text, text, numeric)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.finish_probe(uuid, text, text, text, text, text, numeric) is
  'Records what a connection check found, once: answered (the external system knows us), reached (somebody answers, which '
  'does not show that our credentials are good) or failed with an error_class. recorded is false when it had ended before. '
  'Errors: PT401 invalid_token (also for a check that was replaced or not claimed), PT422 invalid_worker_request.';
