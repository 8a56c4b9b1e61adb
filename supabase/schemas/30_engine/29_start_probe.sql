create or replace function sync_scheduler.start_probe(integration public.sync_integrations)
returns public.sync_integration_health
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  health public.sync_integration_health;
begin
  if (select s.function_url from sync_scheduler.settings s) is null then
    perform sync_scheduler.keep_function_url();
  end if;
  perform sync_scheduler.post_probes(array[integration.id], sync_scheduler.caller_id());
  select * into strict health from public.sync_integration_health h where h.integration_id = integration.id;
  return health;
end;
$$;
revoke all on function sync_scheduler.start_probe(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_probe(public.sync_integrations) is
  'Posts a connection check of an integration that somebody has asked for, and returns the integration''s health. The caller '
  'holds the integration''s lock and has seen to probe_cooldown. Errors: PT503 function_url_not_configured.';
