create or replace function sync_scheduler.vendor_host(integration public.sync_integrations) returns text
language plpgsql stable set search_path = '' as $$
begin
  return coalesce(
    lower(substring(coalesce(integration.config ->> 'api_url', integration.config ->> 'url') from '^[a-zA-Z]+://([^/?#@]+)')),
    (select t.host from public.sync_integration_types t where t.code = integration.integration_type));
end;
$$;
revoke all on function sync_scheduler.vendor_host(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.vendor_host(public.sync_integrations) is
  'Where an integration''s external system is, as host or host:port: what several organisations may share. From config.api_url or '
  'config.url, else that of its type; null: nobody shares it.';
