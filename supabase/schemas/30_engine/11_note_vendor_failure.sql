create or replace function sync_scheduler.note_vendor_failure(
  integration public.sync_integrations, error_class text, blames sync_scheduler.blames
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  vendor_host text;
  is_shared boolean;
  is_new boolean;
begin
  if blames is distinct from 'vendor' then
    -- To be refused is to be answered: what it met before is not its newest news any more.
    delete from sync_scheduler.vendor_failures f
    where f.integration_id = integration.id and error_class in ('permanent', 'rate_limited');
    return false;
  end if;
  vendor_host := sync_scheduler.vendor_host(integration);
  if vendor_host is null then
    return false;
  end if;
  -- Only a host of the type has incidents: an address that a tenant chose is no vendor of others.
  is_shared := exists (
    select from public.sync_integration_types t
    where t.code = note_vendor_failure.integration.integration_type and t.host = vendor_host);
  -- Order of locks: the integration's own failure, its vendor, the incident.
  if is_shared then
    insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at)
    values (integration.id, integration.integration_type, vendor_host, clock_timestamp())
    on conflict (integration_id) do update set host = excluded.host, failed_at = excluded.failed_at
    returning xmax = 0 into is_new;
  end if;
  insert into sync_scheduler.vendors as v (integration_type, host, failed_at)
  values (integration.integration_type, vendor_host, clock_timestamp())
  on conflict (integration_type, host) do update set failed_at = excluded.failed_at
  -- Not by each failure: one a minute is enough.
  where v.failed_at is null or v.failed_at < greatest(v.answered_at, clock_timestamp() - interval '1 minute');
  if not is_shared then
    return false;
  end if;

  if exists (
    select from public.sync_vendor_incidents o
    where o.integration_type = integration.integration_type and o.host = vendor_host and o.ended_at is null)
  then
    update public.sync_vendor_incidents o set affected = o.affected + 1
    where is_new and o.integration_type = integration.integration_type and o.host = vendor_host and o.ended_at is null;
    return true;
  end if;
  return sync_scheduler.open_incident(integration, vendor_host);
end;
$$;
revoke all on function sync_scheduler.note_vendor_failure(public.sync_integrations, text, sync_scheduler.blames)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_vendor_failure(public.sync_integrations, text, sync_scheduler.blames) is
  'Records that a check of the tick or a run of the integration has failed like this, if the vendor is to blame. At the host of '
  'its type, several organisations are an incident. Returns whether one is open on the integration''s host. The caller holds the lock of the '
  'integration''s health.';
