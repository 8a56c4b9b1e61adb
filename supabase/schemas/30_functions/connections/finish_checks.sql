-- Definer, because the service role has no rights in sync_scheduler. The token is the check of the caller.
create or replace function public.sync_worker_finish_probe(
  integration_id uuid, token text, outcome text, error_class text default null, error_code text default null,
  error_message text default null, latency_ms numeric default null, is_guess boolean default false,
  blames text default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  ended sync_scheduler.connection_checks;
  health public.sync_integration_health;
  integration public.sync_integrations;
  failure record;
  has_failed boolean := outcome = 'failed';
  failures integer := 0;
  in_incident boolean := false;
  blamed sync_scheduler.blames;
begin
  select * into ended from sync_scheduler.connection_checks c
  where c.integration_id = sync_worker_finish_probe.integration_id
    and c.token_hash = sha256(convert_to(sync_worker_finish_probe.token, 'UTF8')) for no key update;
  if sync_scheduler.call_has_ended(ended.claimed_at, ended.ended_at) then
    return '{"recorded": false}'::jsonb;
  end if;
  perform sync_scheduler.require_text('outcome', outcome);
  perform sync_scheduler.require_text('error_class', error_class);
  perform sync_scheduler.require_text('error_code', error_code);
  perform sync_scheduler.require_text('error_message', error_message);
  perform sync_scheduler.require_text('blames', blames);
  blamed := sync_scheduler.read_blames(error_class, blames);
  if coalesce(outcome, '') not in ('answered', 'reached', 'failed')
    or has_failed is distinct from (error_class is not null)
    or coalesce(error_class, 'permanent') not in ('transient', 'rate_limited', 'ambiguous', 'permanent')
    or (has_failed and (error_code is null or error_message is null))
    or coalesce(latency_ms, 0) not between 0 and 3600000
  then
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"outcome": "answered, reached, or failed with an error_class, error_code and error_message", '
      '"latency_ms": "0 to 3600000"}');
  end if;

  update sync_scheduler.connection_checks c set ended_at = clock_timestamp()
  where c.integration_id = ended.integration_id;
  select * into strict integration from public.sync_integrations i where i.id = ended.integration_id;
  -- Order of locks: check, health, vendor.
  select * into strict health from public.sync_integration_health h
  where h.integration_id = integration.id for no key update;
  -- A good export shows more than a check that asks in another way. Long enough for one a month.
  if is_guess and error_class in ('permanent', 'transient')
    and health.last_success_at > now() - interval '31 days'
  then
    has_failed := false;
  end if;
  -- In an incident each of the vendor's integrations keeps its turns, so that one will see its end. By the
  -- tick's checks alone: no member may open, keep open or end an incident by hand.
  if ended.by_tick and has_failed then
    in_incident := sync_scheduler.record_vendor_failure(integration, error_class, blamed);
  end if;
  if has_failed and not in_incident then
    failures := health.consecutive_failures + 1;
  end if;
  update public.sync_integration_health h set
    checked_at = clock_timestamp(), latency_ms = round(sync_worker_finish_probe.latency_ms),
    consecutive_failures = case when in_incident then h.consecutive_failures else failures end,
    next_check_at = sync_scheduler.plan_check(integration, failures, h.passive_since, ended.requested_at)
  where h.integration_id = integration.id;
  if has_failed then
    if blamed = 'quota' then
      perform sync_scheduler.suspend_checks(integration.id);
    end if;
    perform sync_scheduler.record_check_fault(integration.id,
      sync_scheduler.health_after(error_class, blamed), failures, error_code, left(error_message, 500));
  -- The way is open. An answer refutes what the function itself found wrong. Only a check with good
  -- credentials refutes that the external system refused the present ones.
  elsif outcome = 'answered' or not exists (select from sync_scheduler.check_faults f
    where f.integration_id = integration.id and f.refused_at >= health.configured_at
      and not sync_scheduler.is_own_refusal(f.refused_code))
  then
    -- It does not refute a run that failed with the present config and credentials, and left entries.
    select a.details ->> 'blames' as blames, a.details ->> 'error_code' as code,
      a.details ->> 'error_message' as message
    into failure from public.sync_alerts a
    where a.integration_id = integration.id and a.kind = 'run_failed' and a.resolved_at is null
      and health.run_failed_at is not null;
    perform sync_scheduler.record_health(integration.id,
      case when not found then 'healthy' when failure.blames = 'configuration' then 'needs_attention'
        else 'degraded' end::public.sync_health_status,
      failure.code, failure.message, has_answered => true);
  end if;
  if ended.by_tick and outcome <> 'failed' then
    perform sync_scheduler.record_vendor_answer(integration, ended.requested_at);
  end if;
  return '{"recorded": true}'::jsonb;
end;
$$;
revoke all on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric, boolean,
  text)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_finish_probe(uuid, text, text, text, text, text, numeric, boolean,
  text) is
  'For the Edge Function (service role and the token of the connection check). Records what a check found, '
  'once. outcome is answered (the external system accepts our credentials), reached (it answers, which '
  'does not show that) or failed. A failed one has error_class, error_code and error_message; blames is as '
  'in sync_worker_finish. latency_ms: 0 to 3600000. is_guess: the check asks in another way than an export '
  'does. Such a failure, permanent or transient, counts as reached within 31 days of a good export with '
  'the present config and credentials. Returns recorded: false when the check had ended before. Errors: '
  'PT401 invalid_token (also of a check that was replaced or not claimed), PT422 argument_too_long, PT422 '
  'invalid_worker_request.';

-- Records what is wrong with an integration, in its health and in check_faults, on which alerts has a
-- trigger. Locks as record_health does.
create or replace function sync_scheduler.record_check_fault(
  integration_id uuid, status public.sync_health_status, failures integer, error_code text, error_message text
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  seen_at constant timestamptz := clock_timestamp();
  -- The alert of a failed run may say the same already. With another fault it is a refusal of its own.
  is_refused constant boolean := record_check_fault.status = 'needs_attention' and not exists (
    select from public.sync_alerts a
    join public.sync_integration_health h on h.integration_id = a.integration_id
    where a.integration_id = record_check_fault.integration_id and a.kind = 'run_failed'
      and a.resolved_at is null and h.run_failed_at is not null
      and a.details ->> 'error_code' = record_check_fault.error_code);
begin
  perform sync_scheduler.record_health(integration_id, status, error_code, error_message);
  insert into sync_scheduler.check_faults as f (integration_id, status, failures, error_code, error_message,
    found_at, refused_at, refused_code)
  values (record_check_fault.integration_id, record_check_fault.status, record_check_fault.failures,
    record_check_fault.error_code, record_check_fault.error_message, seen_at,
    case when is_refused then seen_at end, case when is_refused then record_check_fault.error_code end)
  on conflict on constraint check_faults_pkey do update set
    status = excluded.status, failures = excluded.failures, error_code = excluded.error_code,
    error_message = excluded.error_message, found_at = excluded.found_at,
    refused_at = coalesce(excluded.refused_at, f.refused_at),
    refused_code = coalesce(excluded.refused_code, f.refused_code);
end;
$$;
