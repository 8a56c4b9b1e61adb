-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_probes(probes jsonb, protocol integer default 1)
  returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  time_limit constant interval := (select s.check_timeout from sync_scheduler.settings s);
  asked record;
  found_check sync_scheduler.connection_checks;
  refusal text;
  first_refusal text;
  claimed jsonb := '[]'::jsonb;
begin
  perform sync_scheduler.require_size('probes', probes);
  refusal := sync_scheduler.protocol_refusal(protocol);
  if refusal is not null then
    -- No worker has asked the external system: the tick ends the checks as check_unanswered.
    return jsonb_build_object('refused', refusal);
  end if;
  for asked in select c.id, c.token_hash from sync_scheduler.read_calls('probes', probes, 'integration_id') c
  loop
    select * into found_check from sync_scheduler.connection_checks c
    where c.integration_id = asked.id and c.token_hash = asked.token_hash for no key update;
    refusal := sync_scheduler.claim_refusal(found_check.requested_at, found_check.claimed_at,
      found_check.ended_at, time_limit);
    first_refusal := coalesce(first_refusal, refusal);
    -- A check that a person has started anew stops none of the others.
    if refusal is null then
      update sync_scheduler.connection_checks c set claimed_at = clock_timestamp()
      where c.integration_id = asked.id;
      claimed := claimed || (sync_scheduler.read_connection(asked.id)
        || jsonb_build_object('timeout_seconds', extract(epoch from time_limit) / 2));
    end if;
  end loop;
  if claimed = '[]' then
    perform sync_scheduler.raise_error(first_refusal);
  end if;
  return claimed;
end;
$$;
revoke all on function public.sync_worker_claim_probes(jsonb, integer)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim_probes(jsonb, integer) is
  'For the Edge Function (service role and the tokens of the connection checks). Takes the checks of '
  'probes, a list of 1 to 50 of {integration_id, token}, each once and within settings.check_timeout. '
  'Returns a list of those that could be taken, with what the worker needs, credentials included. With an '
  'unknown protocol it takes none and returns refused: function_outdated or schema_outdated. Errors: PT422 '
  'argument_too_long, PT422 invalid_worker_request; if no check could be taken, that of the first: PT401 '
  'invalid_token, PT409 already_claimed, PT409 attempt_not_current.';
