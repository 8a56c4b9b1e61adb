create or replace function sync_scheduler.claim_probes(probes jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  asked record;
  claimed jsonb := '[]';
begin
  if jsonb_typeof(probes) is distinct from 'array' or jsonb_array_length(probes) not between 1 and 50 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"probes": "a list of 1 to 50 checks"}');
  end if;
  -- In one order, so that two deliveries of a list do not wait for each other in a circle.
  for asked in
    select p.integration_id, p.token from jsonb_to_recordset(probes) as p (integration_id uuid, token text)
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
revoke all on function sync_scheduler.claim_probes(jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.claim_probes(jsonb) is
  'Takes the connection checks of a list of {integration_id, token}, each as claim_probe does, and returns what it returns, in a '
  'list; what cannot be taken is left out. Errors: PT422 invalid_worker_request; those of claim_probe if none could be taken.';
