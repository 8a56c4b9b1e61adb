create or replace function sync_scheduler.refresh_decision_alert(
  integration_id uuid, added integer default 0, entry_keys text[] default '{}', is_delivery boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp
-- As in reserve_entries: without a sort only the index in the order of the query is left, whatever the statistics say.
set enable_sort = off as $$
declare
  most constant integer := 1000;
  most_keys constant integer := 10;
  alert public.sync_alerts;
  integration public.sync_integrations;
  waiting integer;
  is_announced boolean;
begin
  -- The alert first, the count in a later statement: of two writers at once the second one counts what the first has committed.
  select * into alert from public.sync_alerts a
  where a.integration_id = refresh_decision_alert.integration_id and a.kind = 'entries_need_decision' and a.resolved_at is null
  for no key update;
  -- One more than most.
  select count(*) into waiting from (
    select from public.sync_export_entries e
    where e.integration_id between refresh_decision_alert.integration_id and refresh_decision_alert.integration_id and e.undecided
    order by e.integration_id, e.entry_id limit 1001) w;
  if waiting = 0 then
    update public.sync_alerts a set resolved_at = now() where a.alert_id = alert.alert_id;
    return;
  end if;

  is_announced := coalesce(alert.news_at >= alert.last_seen_at, alert.alert_id is null);
  alert.details := jsonb_build_object(
    'undecided', waiting,
    -- Since the last message.
    'added', refresh_decision_alert.added + case when is_announced then 0 else coalesce((alert.details ->> 'added')::integer, 0) end,
    'entry_keys', to_jsonb((case when is_announced then '{}' else
      array(select jsonb_array_elements_text(alert.details -> 'entry_keys')) end || refresh_decision_alert.entry_keys)[:most_keys]));
  if refresh_decision_alert.added = 0 then
    -- Decisions change what is left, not what was last reported.
    update public.sync_alerts a set
      message = sync_scheduler.decision_message(waiting, most),
      details = a.details || jsonb_build_object('undecided', waiting)
    where a.alert_id = alert.alert_id and a.details -> 'undecided' is distinct from to_jsonb(waiting);
    return;
  end if;

  if alert.alert_id is null then
    select * into strict integration from public.sync_integrations i where i.id = refresh_decision_alert.integration_id;
    insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, dedup_key, message, details, news_at,
      first_seen_at, last_seen_at)
    values (integration.org_id, integration.id, integration.integration_type, 'entries_need_decision', 'warning',
      sync_scheduler.alert_key('entries_need_decision', integration.id::text, null),
      sync_scheduler.decision_message(waiting, most), alert.details, null, clock_timestamp(), clock_timestamp())
    -- Another writer was first, and counts: the callers hold the integration's lock or that of its run, so there is none.
    on conflict (org_id, dedup_key) where resolved_at is null do nothing;
  else
    update public.sync_alerts a set
      count = a.count + is_announced::integer,
      last_seen_at = clock_timestamp(),
      message = sync_scheduler.decision_message(waiting, most),
      details = alert.details
    where a.alert_id = alert.alert_id;
  end if;
  -- What a run adds is reported when it ends. A host delivers in many calls: one message an hour is enough.
  if is_delivery and coalesce(alert.news_at < clock_timestamp() - interval '1 hour', alert.alert_id is null) then
    perform sync_scheduler.report_undecided(refresh_decision_alert.integration_id, null);
  end if;
end;
$$;
revoke all on function sync_scheduler.refresh_decision_alert(uuid, integer, text[], boolean)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.refresh_decision_alert(uuid, integer, text[], boolean) is
  'Brings the alert entries_need_decision of an integration in line with its undecided entries: opens it, counts up to 1,000, or '
  'resolves it when none is left. added: entries that have just become undecided, entry_keys: the first of them, is_delivery: by a '
  'delivery of the source, not by a run. The last lock of its caller. For keep_entry_alerts.';
