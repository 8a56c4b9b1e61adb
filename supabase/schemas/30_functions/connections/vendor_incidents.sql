-- Outages of a vendor.

-- Records that a check of the tick or a run of the integration has failed like this, if the vendor is to
-- blame. At the host of its type, several organisations are an incident. Returns whether one is open on the
-- integration's host. The caller holds the lock of the integration's health.
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
    where is_new and o.integration_type = integration.integration_type and o.host = vendor_host
      and o.ended_at is null;
    return true;
  end if;
  return sync_scheduler.open_incident(integration, vendor_host);
end;
$$;

-- A check or a run of the integration, begun at seen_at, has got through: its vendor is there, for everybody.
-- The last thing that its caller does: after health.
create or replace function sync_scheduler.note_vendor_answer(integration_id uuid, seen_at timestamptz)
  returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  integration public.sync_integrations;
  vendor_host text;
begin
  select * into strict integration from public.sync_integrations i
    where i.id = note_vendor_answer.integration_id;
  vendor_host := sync_scheduler.vendor_host(integration);
  if vendor_host is null then
    return;
  end if;
  delete from sync_scheduler.vendor_failures f where f.integration_id = integration.id;
  -- Read, and written once a minute: it is one row for everybody.
  if not exists (
    select from sync_scheduler.vendors v
    where v.integration_type = integration.integration_type and v.host = vendor_host
      and v.answered_at > greatest(v.failed_at, clock_timestamp() - interval '1 minute'))
  then
    insert into sync_scheduler.vendors (integration_type, host, answered_at)
    values (integration.integration_type, vendor_host, clock_timestamp())
    on conflict (integration_type, host) do update set answered_at = excluded.answered_at;
  end if;
  if exists (select from public.sync_vendor_incidents o where o.ended_at is null) then
    perform sync_scheduler.end_incident(integration.integration_type, vendor_host, seen_at);
  end if;
end;
$$;

-- Opens the incident of a vendor's host, with one alert, if so many organisations
-- (settings.incident_organisations) could not reach it lately and nobody could since. Returns whether there
-- is one. For note_vendor_failure.
create or replace function sync_scheduler.open_incident(integration public.sync_integrations, host text)
  returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  settings sync_scheduler.settings;
  failed integer;
  first_failed_at timestamptz;
  incident public.sync_vendor_incidents;
begin
  select * into strict settings from sync_scheduler.settings;
  -- The caller holds the vendor's row: of several that fail at once, the last one counts them all.
  select count(*), min(f.failed_at) into failed, first_failed_at
  from sync_scheduler.vendor_failures f
  join sync_scheduler.vendors v on v.integration_type = f.integration_type and v.host = f.host
  where f.integration_type = integration.integration_type and f.host = open_incident.host
    and f.failed_at > now() - settings.incident_window
    -- As long as somebody gets through, it is not the vendor.
    and f.failed_at > coalesce(v.answered_at, '-infinity');
  if failed < settings.incident_organisations then
    return false;
  end if;

  insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
  select t.code, open_incident.host, first_failed_at, failed,
    format('%s (%s) cannot be reached by several organisations. Syncs try again by themselves.',
      t.name, open_incident.host)
  from public.sync_integration_types t where t.code = integration.integration_type
  on conflict (integration_type, host) where ended_at is null do nothing
  returning * into incident;
  if incident.incident_id is not null then
    perform sync_scheduler.raise_shared_alert(incident.integration_type, 'vendor_incident', 'critical',
      incident.began_at,
      incident.message, jsonb_build_object('incident_id', incident.incident_id, 'host', incident.host,
        'began_at', incident.began_at));
  end if;
  return true;
end;
$$;

-- Somebody has got through to the vendor with what was asked at seen_at: its open incident, if it began
-- before, is over, and its alert is resolved. Returns whether there was one. For note_vendor_answer.
create or replace function sync_scheduler.end_incident(integration_type text, host text, seen_at timestamptz)
  returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  ended public.sync_vendor_incidents;
  failed uuid[];
begin
  update public.sync_vendor_incidents o set ended_at = now()
  where o.integration_type = end_incident.integration_type and o.host = end_incident.host
    and o.ended_at is null
    -- What was asked before it began says nothing of now.
    and o.began_at <= end_incident.seen_at
  returning * into ended;
  if ended.incident_id is null then
    return false;
  end if;
  update public.sync_alerts a set resolved_at = now()
  where a.org_id is null and a.resolved_at is null and a.integration_type = ended.integration_type
    and a.details ->> 'incident_id' = ended.incident_id::text;

  -- From here on nothing is waited for: who holds one of these rows has news of its own. Those that failed
  -- are asked at their next turn, which is within an interval.
  failed := array(
    select f.integration_id from sync_scheduler.vendor_failures f
    where f.integration_type = ended.integration_type and f.host = ended.host for update skip locked);
  delete from sync_scheduler.vendor_failures f where f.integration_id = any (failed);
  update public.sync_integration_health h set
    consecutive_failures = 0,
    next_check_at = sync_scheduler.plan_check(i, 0, h.passive_since)
  from public.sync_integrations i
  where i.id = h.integration_id and h.integration_id in (
    select l.integration_id from public.sync_integration_health l
    where l.integration_id = any (failed) for no key update skip locked);
  return true;
end;
$$;
