-- Raises, resolves and acknowledges alerts.

-- Definer, because no client may write alerts. The caller's role is checked before anything is read or done.
create or replace function public.acknowledge_sync_alert(alert_id uuid) returns public.sync_alerts
language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set jit = off as $$
declare
  alert public.sync_alerts;
begin
  select * into alert from public.sync_alerts a where a.alert_id = acknowledge_sync_alert.alert_id;
  -- One that does not exist has no organisation, like one that is shared: no member speaks for all.
  perform sync_scheduler.require_org_role(alert.org_id, '{admin,coordinator}');
  if alert.alert_id is null then
    perform sync_scheduler.raise_error('not_authorized');
  end if;
  -- What was refused is in no outbox: only a person can say that it is over. The lock keeps a delivery out.
  if alert.kind = 'entries_refused'
    and (sync_scheduler.acts_for_all() or sync_scheduler.has_org_role(alert.org_id, '{admin}')) then
    perform from public.sync_integrations i where i.id = alert.integration_id for no key update;
    with resolved as (
      update public.sync_alerts a set resolved_at = now()
      where a.alert_id = acknowledge_sync_alert.alert_id and a.resolved_at is null returning a.integration_id)
    delete from sync_scheduler.refused_entries r using resolved o where r.integration_id = o.integration_id;
  end if;
  -- Of two at once the first one has it.
  update public.sync_alerts a set acknowledged_at = now(), acknowledged_by = sync_scheduler.caller_id()
  where a.alert_id = acknowledge_sync_alert.alert_id and a.acknowledged_at is null;
  select * into strict alert from public.sync_alerts a where a.alert_id = acknowledge_sync_alert.alert_id;
  return alert;
end;
$$;
revoke all on function public.acknowledge_sync_alert(uuid) from public, anon, authenticated, service_role;
comment on function public.acknowledge_sync_alert(uuid) is
$$Records that the caller takes care of an alert, and returns it. The first caller stays.
The alert goes on counting, and closes by itself when its cause is gone; `entries_refused` also when an admin
or the service role acknowledges it. For admins and coordinators and the service role; an alert that several
organisations share for the service role alone.

Errors: PT401 not_authenticated, PT401 unsupported_identity, PT403 not_authorized.$$;

-- Raises an alert, once for each occurrence (see alert_key). While it is open, a further call counts it up
-- and brings message, details and run_id up to date. An integration with org_id alone means the organisation,
-- with integration_type alone a vendor, and null the installation. In the last two cases members of all
-- organisations concerned read it: nothing of a single one belongs there. Returns whether it was new. The
-- last lock of its caller, but for that of another alert.
create or replace function sync_scheduler.raise_alert(
  integration public.sync_integrations, kind public.sync_alert_kind, severity public.sync_alert_severity,
  occurrence timestamptz, message text, details jsonb default '{}', run_id uuid default null
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  is_new boolean;
begin
  -- A second caller with the same occurrence counts it up: the unique index decides, not a look beforehand.
  insert into public.sync_alerts as a
    (org_id, integration_id, integration_type, run_id, kind, severity, dedup_key, message, details)
  values (integration.org_id, integration.id, integration.integration_type, raise_alert.run_id,
    raise_alert.kind, raise_alert.severity,
    sync_scheduler.alert_key(raise_alert.kind, integration, occurrence), raise_alert.message,
    raise_alert.details)
  on conflict (org_id, dedup_key) where resolved_at is null do update set
    count = a.count + 1, last_seen_at = now(), severity = greatest(a.severity, excluded.severity),
    message = excluded.message, details = excluded.details, run_id = coalesce(excluded.run_id, a.run_id)
  returning a.count = 1 into is_new;
  return is_new;
end;
$$;

-- The dedup_key of an alert: what is wrong, and with which integration, organisation, vendor or installation.
-- `occurrence` is a slot, a day, the last tick; null: it is one until it is resolved.
create or replace function sync_scheduler.alert_key(
  kind public.sync_alert_kind, integration public.sync_integrations, occurrence timestamptz
) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return concat_ws(':', kind,
    coalesce(integration.id::text, integration.org_id::text, integration.integration_type, 'all'),
    -- In UTC: the same occurrence has the same name in every session.
    to_char(occurrence at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
end;
$$;

-- The cause of an integration's open alerts of these kinds is gone: they are resolved. Returns how many.
create or replace function sync_scheduler.resolve_alerts(integration_id uuid, kinds public.sync_alert_kind[])
returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  resolved integer;
begin
  -- One look into an index of what is open; nearly always there is nothing.
  update public.sync_alerts a set resolved_at = now()
  where a.integration_id = resolve_alerts.integration_id and a.kind = any (kinds) and a.resolved_at is null;
  get diagnostics resolved = row_count;
  return resolved;
end;
$$;
