create or replace function sync_scheduler.raise_no_probe(integration_id uuid, token text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  probe sync_scheduler.probes;
begin
  select * into probe from sync_scheduler.probes p
  where p.integration_id = raise_no_probe.integration_id
    and p.token_hash = sha256(convert_to(raise_no_probe.token, 'UTF8'));
  perform sync_scheduler.raise_error(case
    when probe.integration_id is null then 'invalid_token'
    when probe.claimed_at is not null and probe.ended_at is null then 'already_claimed'
    else 'attempt_not_current' end);
end;
$$;
revoke all on function sync_scheduler.raise_no_probe(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.raise_no_probe(uuid, text) is
  'Tells which it is: PT401 invalid_token (forged, or of a check that was replaced), PT409 already_claimed or PT409 '
  'attempt_not_current (over).';
