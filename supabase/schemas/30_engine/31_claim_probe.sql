create or replace function sync_scheduler.claim_probe(integration_id uuid, token text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  update sync_scheduler.probes p set claimed_at = clock_timestamp()
  where p.integration_id = claim_probe.integration_id
    and p.token_hash = sha256(convert_to(claim_probe.token, 'UTF8'))
    and p.claimed_at is null and p.ended_at is null
    -- Later it counts as not answered, and another one may be on its way.
    and p.requested_at > clock_timestamp() - settings.probe_timeout;
  if not found then
    perform sync_scheduler.raise_no_probe(claim_probe.integration_id, claim_probe.token);
  end if;
  return sync_scheduler.read_connection(claim_probe.integration_id)
    || jsonb_build_object('timeout_seconds', extract(epoch from settings.probe_timeout) / 2);
end;
$$;
revoke all on function sync_scheduler.claim_probe(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.claim_probe(uuid, text) is
  'Takes a connection check for the worker that holds its token, at most once. Returns what the worker needs, credentials '
  'included (see read_connection). Errors: PT401 invalid_token, PT409 already_claimed, PT409 attempt_not_current.';
