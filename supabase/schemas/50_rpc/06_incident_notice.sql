create or replace function sync_scheduler.incident_notice(integration public.sync_integrations) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Nearly always no vendor is away.
  return (
    select 'vendor_incident' from public.sync_vendor_incidents o
    where o.ended_at is null and o.integration_type = incident_notice.integration.integration_type
      and o.host = sync_scheduler.vendor_host(incident_notice.integration));
end;
$$;
revoke all on function sync_scheduler.incident_notice(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.incident_notice(public.sync_integrations) is
  'The notice vendor_incident while several organisations cannot reach the integration''s vendor; else null. It only informs: the '
  'run starts as usual.';
