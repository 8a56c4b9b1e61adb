-- The alerts about entries: a person has to decide about them, or a delivery was refused.

-- Trigger of sync_export_entries: keeps entries_need_decision and run_failed. Entries change only under the
-- lock of the integration or of its active run, so it does not matter that health is locked later. Definer,
-- because a role that deletes an organisation has no rights in sync_scheduler.
create or replace function sync_scheduler.keep_entry_alerts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    perform sync_scheduler.refresh_decision_alert(o.integration_id)
    from (select distinct r.integration_id from old_rows r where r.undecided order by 1) o;
  -- Nearly no statement changes what is undecided: two passes over the rows of a batch find that out.
  elsif exists (select from new_rows n where n.undecided)
    or exists (select from old_rows o where o.undecided) then
    perform sync_scheduler.refresh_decision_alert(c.integration_id, c.added, c.entry_keys, c.is_delivery)
    from (
      select n.integration_id,
        count(*) filter (where n.undecided)::integer as added,
        (array_agg(n.entry_key order by n.entry_id) filter (where n.undecided))[:10] as entry_keys,
        bool_or(n.conflict_at is distinct from o.conflict_at) filter (where n.undecided) as is_delivery
      -- A full join, although each row has its partner. A plan that was made for one row is kept, and an
      -- inner join could compare each row with each of ten thousand.
      from new_rows n full join old_rows o on o.entry_id = n.entry_id
      where n.undecided is distinct from o.undecided group by n.integration_id order by n.integration_id) c;
  end if;

  perform sync_scheduler.resolve_run_failure(o.integration_id)
  from (
    select distinct r.integration_id from old_rows r
    where r.state in ('pending', 'sending', 'unknown') or r.undecided order by 1) o;
  return null;
exception when others then
  -- It must not undo what a batch, a delivery or a decision has written. The next change counts anew.
  raise warning 'sync_scheduler.keep_entry_alerts: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger keep_entry_alerts after update on public.sync_export_entries
  referencing old table as old_rows new table as new_rows
  for each statement execute function sync_scheduler.keep_entry_alerts();
create trigger keep_entry_alerts_of_deleted after delete on public.sync_export_entries
  referencing old table as old_rows
  for each statement execute function sync_scheduler.keep_entry_alerts();

-- Brings the alert entries_need_decision of an integration in line with its undecided entries: opens it,
-- counts up to 1,000, or resolves it when none is left. `added`: how many have just become undecided, by a
-- delivery of the source or by a run. `entry_keys`: the first of them. The last lock of its caller.
create or replace function sync_scheduler.refresh_decision_alert(
  integration_id uuid, added integer default 0, entry_keys text[] default '{}',
  is_delivery boolean default false
) returns void
language plpgsql set search_path = pg_catalog, pg_temp
-- As in reserve_entries: without a sort only the index in the order of the query is left.
set enable_sort = off as $$
declare
  alert public.sync_alerts;
  waiting integer;
  said text;
  is_announced boolean;
begin
  -- The alert first, the count in a later statement: of two writers at once the second one counts what the
  -- first has committed.
  select * into alert from public.sync_alerts a
  where a.integration_id = refresh_decision_alert.integration_id and a.kind = 'entries_need_decision'
    and a.resolved_at is null for no key update;
  select count(*) into waiting from (
    select from public.sync_export_entries e
    where e.integration_id
      between refresh_decision_alert.integration_id and refresh_decision_alert.integration_id and e.undecided
    order by e.integration_id, e.entry_id limit 1001) w;
  if waiting = 0 then
    update public.sync_alerts a set resolved_at = now() where a.alert_id = alert.alert_id;
    return;
  end if;
  said := case when waiting = 1 then '1 entry needs' when waiting > 1000 then 'More than 1000 entries need'
    else waiting || ' entries need' end || ' a decision: rejected, contradicted by the source, or of unknown '
    'outcome. An admin decides in the outbox, or with settle_sync_entries.';
  if added = 0 then
    -- Decisions change what is left, not what was last reported.
    update public.sync_alerts a
    set message = said, details = a.details || jsonb_build_object('undecided', waiting)
    where a.alert_id = alert.alert_id and a.details -> 'undecided' is distinct from to_jsonb(waiting);
    return;
  end if;
  -- Entries are added up from one message to the next.
  is_announced := coalesce(alert.news_at >= alert.last_seen_at, alert.alert_id is null);
  if not is_announced then
    added := added + (alert.details ->> 'added')::integer;
    entry_keys := array(select jsonb_array_elements_text(alert.details -> 'entry_keys')) || entry_keys;
  end if;
  insert into public.sync_alerts as a (org_id, integration_id, integration_type, kind, severity, dedup_key,
    message, details, news_at, first_seen_at, last_seen_at)
  select i.org_id, i.id, i.integration_type, 'entries_need_decision', 'warning',
    sync_scheduler.alert_key('entries_need_decision', i, null), said,
    jsonb_build_object('undecided', waiting, 'added', refresh_decision_alert.added,
      'entry_keys', to_jsonb(refresh_decision_alert.entry_keys[:10])),
    null, clock_timestamp(), clock_timestamp()
  from public.sync_integrations i where i.id = refresh_decision_alert.integration_id
  on conflict (org_id, dedup_key) where resolved_at is null do update set
    count = a.count + is_announced::integer, last_seen_at = excluded.last_seen_at,
    message = excluded.message, details = excluded.details;
  -- What a run adds is reported when it ends. A host delivers in many calls: one message an hour is enough.
  if is_delivery and coalesce(alert.news_at < clock_timestamp() - interval '1 hour', alert.alert_id is null)
  then
    perform sync_scheduler.report_undecided(refresh_decision_alert.integration_id, null);
  end if;
end;
$$;

-- Sends the message about entries that have become undecided since the last one, if there are any. `run_id`:
-- the run that has just ended; null: a delivery. The last lock of its caller.
create or replace function sync_scheduler.report_undecided(integration_id uuid, run_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- One look into an index of what is open. A repetition finds that everything is reported.
  update public.sync_alerts a set news_at = clock_timestamp(), run_id = report_undecided.run_id,
    message = format('%s %s added %s: %s%s', a.message,
      case when report_undecided.run_id is null then 'A delivery' else 'The last sync' end,
      a.details ->> 'added',
      (select string_agg(k, ', ') from jsonb_array_elements_text(a.details -> 'entry_keys') k),
      case when (a.details ->> 'added')::integer > jsonb_array_length(a.details -> 'entry_keys') then ', ...'
        else '.' end)
  where a.integration_id = report_undecided.integration_id and a.kind = 'entries_need_decision'
    and a.resolved_at is null and (a.news_at is null or a.news_at < a.last_seen_at);
end;
$$;

-- Trigger of refused_deliveries: keeps the alert entries_refused, with up to 50 keys, the newest first. The
-- caller holds the integration's lock. An error is a warning: it must not undo a delivery.
create or replace function sync_scheduler.raise_refused_entries() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  kept bigint;
  named jsonb;
  said text;
  found_details jsonb;
begin
  select count(*), coalesce(jsonb_agg(jsonb_build_object('entry_key', nullif(o.entry_key, ''),
    'field', o.field, 'reason', o.reason) order by o.place) filter (where o.place <= 50), '[]')
  into kept, named
  from (
    select r.entry_key, r.field, r.reason,
      row_number() over (order by r.refused_at desc, r.entry_key) as place
    from sync_scheduler.refused_entries r where r.integration_id = new.integration_id) o;
  if kept = 0 then
    perform sync_scheduler.resolve_alerts(new.integration_id, '{entries_refused}');
    return null;
  end if;
  said := format('Delivered entries were refused and are not in the outbox: %s%s. The source has to deliver '
    'them again, corrected; an admin who acknowledges this alert closes it.', (
      select string_agg(format('%s (%s)', coalesce(i ->> 'entry_key', 'an item without a key'),
        i ->> 'field'), ', ' order by n)
      from jsonb_array_elements(named) with ordinality x (i, n) where n <= 3),
    case when kept > 3 then format(' and %s more', kept - 3) end);
  found_details := jsonb_build_object('entries', kept, 'refused', named);
  if new.refused > 0 then
    perform sync_scheduler.raise_alert(i, 'entries_refused', 'warning', null, said, found_details)
    from public.sync_integrations i where i.id = new.integration_id;
    -- Keys that are new since the last message. A host delivers in many calls: one message an hour is enough.
    update public.sync_alerts a set news_at = clock_timestamp()
    where a.integration_id = new.integration_id and a.kind = 'entries_refused' and a.resolved_at is null
      and a.news_at < clock_timestamp() - interval '1 hour'
      and exists (select from sync_scheduler.refused_entries r
        where r.integration_id = new.integration_id and r.refused_at > a.news_at);
  else
    -- Some were taken: the alert goes on, about the others.
    update public.sync_alerts a set message = said, details = found_details
    where a.integration_id = new.integration_id and a.kind = 'entries_refused' and a.resolved_at is null;
  end if;
  return null;
exception when others then
  raise warning 'sync_scheduler.raise_refused_entries: % (%)', sqlerrm, sqlstate;
  return null;
end;
$$;

create trigger refused_alerts after insert or update on sync_scheduler.refused_deliveries
  for each row execute function sync_scheduler.raise_refused_entries();
