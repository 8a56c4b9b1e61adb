-- Records that a check of the tick or a run of the integration has failed like this, if the vendor is to
-- blame. Opens the incident of its host if so many organisations (settings.incident_organisations) could not
-- reach it lately and none could since; alerts has a trigger on that. Returns whether one is open. The caller
-- holds the lock of the integration's health.
create or replace function sync_scheduler.record_vendor_failure(
  integration public.sync_integrations, error_class text, blames sync_scheduler.blames
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  vendor public.sync_integration_types;
  incident uuid;
  is_new boolean;
begin
  if blames is distinct from 'vendor' then
    -- To be refused is to be answered.
    delete from sync_scheduler.vendor_failures f
    where f.integration_id = integration.id and error_class in ('permanent', 'rate_limited');
    return false;
  end if;
  -- Only a host of the type has incidents: an address that a tenant chose is no vendor of others.
  select * into vendor from public.sync_integration_types t
  where t.code = integration.integration_type and t.host = sync_scheduler.vendor_host(integration);
  if not found then
    return false;
  end if;
  -- Lock order: the integration's own failure, its vendor, the incident.
  insert into sync_scheduler.vendor_failures (integration_id, integration_type, host, failed_at)
  values (integration.id, vendor.code, vendor.host, clock_timestamp())
  on conflict (integration_id) do update set host = excluded.host, failed_at = excluded.failed_at
  returning xmax = 0 into is_new;
  insert into sync_scheduler.vendors as v (integration_type, host, failed_at)
  values (vendor.code, vendor.host, clock_timestamp())
  on conflict (integration_type, host) do update set failed_at = excluded.failed_at
  -- Not by each failure: one a minute is enough.
  where v.failed_at is null or v.failed_at < greatest(v.answered_at, clock_timestamp() - interval '1 minute');
  select o.incident_id into incident from public.sync_vendor_incidents o
  where o.integration_type = vendor.code and o.host = vendor.host and o.ended_at is null;
  if found then
    update public.sync_vendor_incidents o set affected = o.affected + 1
    where is_new and o.incident_id = incident and o.ended_at is null;
    return true;
  end if;
  -- We hold the vendor's row: of several that fail at once, the last one counts them all.
  insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  select vendor.code, vendor.host, min(f.failed_at), count(*),
    format('%s (%s) cannot be reached by several organisations. Syncs try again by themselves.',
      vendor.name, vendor.host)
  from sync_scheduler.vendor_failures f
  join sync_scheduler.vendors v on v.integration_type = f.integration_type and v.host = f.host
  cross join sync_scheduler.settings s
  where f.integration_type = vendor.code and f.host = vendor.host
    and f.failed_at > now() - s.incident_window
    -- As long as an integration gets through, it is not the vendor.
    and f.failed_at > coalesce(v.answered_at, '-infinity')
  having count(*) >= max(s.incident_organisations)
  on conflict (integration_type, host) where ended_at is null do nothing;
  return found;
end;
$$;

-- A check or a run of the integration, begun at seen_at, has got through. The last thing that its caller
-- does: after health.
create or replace function sync_scheduler.record_vendor_answer(
  integration public.sync_integrations, seen_at timestamptz
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  vendor_host constant text := sync_scheduler.vendor_host(integration);
begin
  delete from sync_scheduler.vendor_failures f where f.integration_id = integration.id;
  -- Read, and written once a minute: it is one row for everybody.
  insert into sync_scheduler.vendors (integration_type, host, answered_at)
  select t.code, t.host, clock_timestamp() from public.sync_integration_types t
  where t.code = integration.integration_type and t.host = vendor_host and not exists (
    select from sync_scheduler.vendors v where v.integration_type = t.code and v.host = t.host
      and v.answered_at > greatest(v.failed_at, clock_timestamp() - interval '1 minute'))
  on conflict (integration_type, host) do update set answered_at = excluded.answered_at;
  update public.sync_vendor_incidents o set ended_at = now()
  where o.integration_type = integration.integration_type and o.host = vendor_host and o.ended_at is null
    -- What was asked before it began says nothing of now.
    and o.began_at <= record_vendor_answer.seen_at;
end;
$$;

-- Trigger of sync_vendor_incidents: an incident is over. Those that failed are asked at their next turn.
-- Waits for no lock: a transaction that holds one of these rows has newer news. An error is a warning: it
-- must not undo what an attempt, a check or the purge has found.
create or replace function sync_scheduler.end_incident() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  failed uuid[];
begin
  failed := array(select f.integration_id from sync_scheduler.vendor_failures f
    where f.integration_type = new.integration_type and f.host = new.host for update skip locked);
  delete from sync_scheduler.vendor_failures f where f.integration_id = any (failed);
  update public.sync_integration_health h set consecutive_failures = 0,
    next_check_at = sync_scheduler.plan_check(i, 0, h.passive_since, h.check_requested_at)
  from public.sync_integrations i
  where i.id = h.integration_id and h.integration_id in (
    select l.integration_id from public.sync_integration_health l
    where l.integration_id = any (failed) for no key update skip locked);
  return null;
exception when others then
  raise warning 'sync_scheduler.end_incident: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger ended_1_health after update of ended_at on public.sync_vendor_incidents
  for each row execute function sync_scheduler.end_incident();
