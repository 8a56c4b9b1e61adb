create or replace function sync_scheduler.vendor_host(integration public.sync_integrations) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  address text := coalesce(integration.config ->> 'api_url', integration.config ->> 'url');
begin
  if address is null then
    return (select t.host from public.sync_integration_types t where t.code = integration.integration_type);
  end if;
  -- Only what the connectors would read as the same host (endpoint_url.ts): else an address of one's own could pass for
  -- somebody else's vendor, and open or end its incidents.
  return lower(regexp_replace(
    substring(address from '(?i)^https?://([^/?#@\\[:space:]]+)(?:[/?#]|$)'), '\.?(:443)?$', ''));
end;
$$;
revoke all on function sync_scheduler.vendor_host(public.sync_integrations) from public, anon, authenticated, service_role;
comment on function sync_scheduler.vendor_host(public.sync_integrations) is
  'Where an integration''s external system is, as host or host:port: what several organisations may share. From config.api_url or '
  'config.url, else that of its type; null: nobody shares it, or the address is none.';
