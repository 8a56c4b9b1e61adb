create or replace function sync_scheduler.start_probe(integration public.sync_integrations)
returns public.sync_integration_health
language plpgsql set search_path = '' as $$
declare
  settings sync_scheduler.settings;
  health public.sync_integration_health;
  -- Not now(): the caller may have waited for the integration's lock, and an answer has to be later than its question.
  asked_at timestamptz := clock_timestamp();
  -- 244 random bits, as in dispatch_attempts.
  token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  select * into strict settings from sync_scheduler.settings;
  if settings.function_url is null then
    perform sync_scheduler.raise_error('function_url_not_configured');
  end if;

  insert into sync_scheduler.probes as p (integration_id, token_hash, requested_at, requested_by, request_id)
  values (integration.id, sha256(convert_to(token, 'UTF8')), asked_at, auth.uid(),
    -- Nothing of the credentials: the function fetches them with the token.
    net.http_post(
      url := settings.function_url,
      body := jsonb_build_object('kind', 'probe', 'integration_id', integration.id, 'token', token),
      headers := '{"Content-Type": "application/json"}',
      timeout_milliseconds := (extract(epoch from settings.dispatch_timeout) * 1000)::integer))
  on conflict (integration_id) do update set
    token_hash = excluded.token_hash,
    requested_at = excluded.requested_at,
    requested_by = excluded.requested_by,
    request_id = excluded.request_id,
    claimed_at = null,
    ended_at = null;
  update public.sync_integration_health h set check_requested_at = asked_at
  where h.integration_id = integration.id returning * into strict health;
  return health;
end;
$$;
revoke all on function sync_scheduler.start_probe(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_probe(public.sync_integrations) is
  'Posts a connection check of an integration to the Edge Function, in place of one that is still open, and returns the '
  'integration''s health. The caller holds the integration''s lock and has seen to probe_cooldown. Errors: PT503 '
  'function_url_not_configured.';
