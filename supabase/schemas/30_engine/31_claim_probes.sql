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
    perform sync_scheduler.raise_error('invalid_worker_request', '{"probes": "an integration_id, which is a uuid, and a token each"}');
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
      select from sync_scheduler.probes o
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
revoke all on function sync_scheduler.claim_probes(jsonb, integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.claim_probes(jsonb, integer) is
  'Takes the connection checks of a list of {integration_id, token}, each as claim_probe does, and returns what it returns, in a '
  'list; what cannot be taken is left out; or refused, and takes none, if protocol is none of worker_protocols. Errors: PT422 invalid_worker_request; those of claim_probe if none could be taken.';
