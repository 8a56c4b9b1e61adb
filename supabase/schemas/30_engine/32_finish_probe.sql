create or replace function sync_scheduler.finish_probe(
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
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- Long enough for what is exported once a month.
  outranked_for constant interval := interval '31 days';
  health public.sync_integration_health;
  integration public.sync_integrations;
  asked_at timestamptz;
  by_tick boolean;
  in_incident boolean := false;
  has_failed boolean := outcome = 'failed';
  blamed sync_scheduler.blames := sync_scheduler.read_blames(error_class, blames);
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
      return '{"recorded": false}'::jsonb;
    end if;
    perform sync_scheduler.raise_error('invalid_token');
  end if;

  select * into strict integration from public.sync_integrations i where i.id = finish_probe.integration_id;
  -- Order of locks: probe, health, vendor.
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id for no key update;
  -- A good export shows more than a check that asks in another way than an export does.
  if is_guess and error_class in ('permanent', 'transient') and health.last_success_at > now() - outranked_for then
    has_failed := false;
  end if;
  -- In an incident the vendor's own backoff counts: each of its integrations keeps its turns, so that one will see its end.
  -- Not from checks that people ask for: no member may open, keep open or end an incident by hand.
  if by_tick and has_failed then
    in_incident := sync_scheduler.note_vendor_failure(integration, error_class, blamed);
  end if;
  update public.sync_integration_health h set
    checked_at = clock_timestamp(),
    latency_ms = round(finish_probe.latency_ms),
    consecutive_failures = case when has_failed then h.consecutive_failures + (not in_incident)::integer else 0 end,
    next_check_at = sync_scheduler.plan_check(integration,
      case when has_failed and not in_incident then h.consecutive_failures + 1 else 0 end, h.passive_since,
      -- Half: the turn that comes next, but not the one that this check was, which the tick came to a little late.
      now() + case when has_failed and not in_incident and h.consecutive_failures > 0 then interval '0'
        else integration.health_check_interval / 2 end)
  where h.integration_id = integration.id returning * into strict health;
  if has_failed then
    perform sync_scheduler.note_failed_check(integration, health, in_incident, error_class, left(error_code, 100), left(error_message, 500),
      blamed);
    return '{"recorded": true}'::jsonb;
  end if;
  -- That somebody answers refutes what the function itself found wrong, but not a check that the present credentials were refused.
  if outcome = 'answered' or not exists (
    select from public.sync_alerts a
    where a.integration_id = integration.id and a.kind = 'needs_attention' and a.resolved_at is null
      and a.last_seen_at >= health.configured_at
      and not sync_scheduler.is_own_refusal(a.details ->> 'error_code'))
  then
    perform sync_scheduler.record_answer(integration.id);
  end if;
  if by_tick and outcome <> 'failed' then
    perform sync_scheduler.note_vendor_answer(integration.id, asked_at);
  end if;
  return '{"recorded": true}'::jsonb;
end;
$$;
revoke all on function sync_scheduler.finish_probe(uuid, text, text, text, text, text, numeric, boolean, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.finish_probe(uuid, text, text, text, text, text, numeric, boolean, text) is
  'Records what a connection check found, once: answered (the external system knows us), reached (somebody answers, which '
  'does not show that our credentials are good) or failed with an error_class; blames: see finish_attempt. is_guess: the check asks '
  'in another way than an export does; within 31 days of a good export with the present config and credentials (last_success_at) '
  'such a failure, permanent or transient, counts as reached. recorded is false when it had ended before. '
  'Errors: PT401 invalid_token (also for a check that was replaced or not claimed), PT422 invalid_worker_request.';
