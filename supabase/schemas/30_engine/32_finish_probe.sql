create or replace function sync_scheduler.finish_probe(
  integration_id uuid,
  token text,
  outcome text,
  error_class text default null,
  error_code text default null,
  error_message text default null,
  latency_ms numeric default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  health public.sync_integration_health;
  integration public.sync_integrations;
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
    and p.claimed_at is not null and p.ended_at is null;
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
  update public.sync_integration_health h set
    checked_at = clock_timestamp(),
    latency_ms = round(finish_probe.latency_ms),
    consecutive_failures = case when outcome = 'failed' then h.consecutive_failures + 1 else 0 end,
    next_check_at = sync_scheduler.plan_check(integration,
      case when outcome = 'failed' then h.consecutive_failures + 1 else 0 end, h.passive_since,
      -- Half: the turn that comes next, but not the one that this check was, which the tick came to a little late.
      now() + case when outcome = 'failed' and h.consecutive_failures > 0 then interval '0'
        else integration.health_check_interval / 2 end)
  where h.integration_id = finish_probe.integration_id returning * into strict health;
  if error_class = 'rate_limited' then
    perform sync_scheduler.enter_passive(finish_probe.integration_id);
  end if;
  if outcome = 'failed' then
    perform sync_scheduler.set_health(finish_probe.integration_id,
      case error_class when 'permanent' then 'needs_attention' when 'rate_limited' then 'degraded' else 'unhealthy'
        end::public.sync_health_status,
      left(error_code, 100), left(error_message, 500));
    -- One failure may be nobody's fault, and the next check is near.
    if error_class in ('transient', 'ambiguous') and health.consecutive_failures > 1 then
      perform sync_scheduler.raise_alert(integration, 'unhealthy', 'warning', null,
        format('%s connection checks in a row have failed. %s', health.consecutive_failures, left(error_message, 300)),
        jsonb_build_object('error_code', left(error_code, 100), 'next_check_at', health.next_check_at));
    end if;
  -- That somebody answers refutes what the function itself found wrong, but not a refusal of what a run has sent.
  elsif outcome = 'answered' or health.status <> 'needs_attention'
    or health.last_error_code in ('invalid_config', 'invalid_credentials', 'no_connector')
  then
    perform sync_scheduler.set_health(finish_probe.integration_id, 'healthy');
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
