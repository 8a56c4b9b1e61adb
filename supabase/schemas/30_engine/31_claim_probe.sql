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
  return (
    select jsonb_build_object(
      'org_id', i.org_id,
      'integration_id', i.id,
      'integration_type', i.integration_type,
      'config', i.config,
      'credentials', sync_scheduler.read_credentials(i.credentials_secret_id),
      'timeout_seconds', extract(epoch from settings.probe_timeout) / 2)
    from public.sync_integrations i where i.id = claim_probe.integration_id);
end;
$$;
revoke all on function sync_scheduler.claim_probe(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.claim_probe(uuid, text) is
  'Takes a connection check for the worker that holds its token, at most once. Returns what the worker needs, credentials '
  'included. Errors: PT401 invalid_token, PT409 already_claimed, PT409 attempt_not_current.';
