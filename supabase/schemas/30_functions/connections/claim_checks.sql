-- The function claims connection checks.

-- Definer, because the service role has no rights in sync_scheduler. The tokens are the check of the caller.
create or replace function public.sync_worker_claim_probes(probes jsonb, protocol integer default 1)
  returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
begin
  perform sync_scheduler.require_size('probes', sync_worker_claim_probes.probes);
  return sync_scheduler.claim_probes(probes, protocol);
end;
$$;
revoke all on function public.sync_worker_claim_probes(jsonb, integer)
  from public, anon, authenticated, service_role;
comment on function public.sync_worker_claim_probes(jsonb, integer) is
  'For the Edge Function (service role and the tokens of the connection checks): see '
  'sync_scheduler.claim_probes. Takes a handful of connection checks, each at most once, and returns what '
  'the worker needs to do them, credentials included.';

-- Takes the connection checks of a list of {integration_id, token}, each as claim_probe does, and returns
-- what it returns, in a list; what cannot be taken is left out; or refused, and takes none, if protocol is
-- none of worker_protocols. Errors: PT422 invalid_worker_request; those of claim_probe if none could be
-- taken.
create or replace function sync_scheduler.claim_probes(probes jsonb, protocol integer) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  asked record;
  claimed jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(probes) is distinct from 'array' or jsonb_array_length(probes) not between 1 and 50 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"probes": "a list of 1 to 50 checks"}');
  end if;
  begin
    perform count(p) from jsonb_to_recordset(probes) as p (integration_id uuid, token text);
  exception when data_exception then
    -- Postgres would quote what is no uuid.
    perform sync_scheduler.raise_error('invalid_worker_request',
      '{"probes": "an integration_id, which is a uuid, and a token each"}');
  end;
  if (sync_scheduler.worker_protocols() @> protocol) is not true then
    -- Nobody has asked the external system; that nobody did is told as check_unanswered.
    return jsonb_build_object('refused', case when protocol < lower(sync_scheduler.worker_protocols())
      then 'function_outdated' else 'schema_outdated' end);
  end if;
  -- In one order, so that two deliveries of a list do not wait for each other in a circle.
  for asked in
    select p.integration_id, p.token from jsonb_to_recordset(probes) as p (integration_id uuid, token text)
    -- A guessed token costs its look-up here, no more.
    where exists (
      select from sync_scheduler.connection_checks o
      where o.integration_id = p.integration_id and o.token_hash = sha256(convert_to(p.token, 'UTF8')))
    order by p.integration_id
  loop
    begin
      claimed := claimed || sync_scheduler.claim_probe(asked.integration_id, asked.token);
    exception when sqlstate 'PT401' or sqlstate 'PT409' then
      -- One that somebody has started anew by hand stops none of the others.
      null;
    end;
  end loop;
  if claimed = '[]' then
    perform sync_scheduler.claim_probe((probes -> 0 ->> 'integration_id')::uuid, probes -> 0 ->> 'token');
  end if;
  return claimed;
end;
$$;

-- Takes a connection check for the worker that holds its token, at most once. Returns what the worker needs,
-- credentials included (see read_connection). Errors: PT401 invalid_token, PT409 already_claimed, PT409
-- attempt_not_current.
create or replace function sync_scheduler.claim_probe(integration_id uuid, token text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  update sync_scheduler.connection_checks p set claimed_at = clock_timestamp()
  where p.integration_id = claim_probe.integration_id
    and p.token_hash = sha256(convert_to(claim_probe.token, 'UTF8'))
    and p.claimed_at is null and p.ended_at is null
    -- Later it counts as not answered, and another one may be on its way.
    and p.requested_at > clock_timestamp() - settings.check_timeout;
  if not found then
    perform sync_scheduler.raise_no_probe(claim_probe.integration_id, claim_probe.token);
  end if;
  return sync_scheduler.read_connection(claim_probe.integration_id)
    || jsonb_build_object('timeout_seconds', extract(epoch from settings.check_timeout) / 2);
end;
$$;

-- Tells which it is: PT401 invalid_token (forged, or of a check that was replaced), PT409 already_claimed or
-- PT409 attempt_not_current (over).
create or replace function sync_scheduler.raise_no_probe(integration_id uuid, token text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  probe sync_scheduler.connection_checks;
begin
  select * into probe from sync_scheduler.connection_checks p
  where p.integration_id = raise_no_probe.integration_id
    and p.token_hash = sha256(convert_to(raise_no_probe.token, 'UTF8'));
  perform sync_scheduler.raise_error(case
    when probe.integration_id is null then 'invalid_token'
    when probe.claimed_at is not null and probe.ended_at is null then 'already_claimed'
    else 'attempt_not_current' end);
end;
$$;
