-- The audit log, its limits, and how a person is forgotten.

-- Writes down what the caller (caller_id(); null: the service role, the host or the scheduler) did to an
-- integration, and why. Bounds what the people of an organisation do within an hour. All audited actions
-- together have settings.changes_per_hour, twice that for what stops something. Each action that posts to the
-- outside has settings.presses_per_hour. Errors: PT422 reason_too_long, PT429 rate_limited.
create or replace function sync_scheduler.audit(
  integration public.sync_integrations, action text, reason text default null, details jsonb default '{}'
) returns void
language plpgsql set search_path = pg_catalog, pg_temp
-- A plan that sorts could read the index of members, with all that a backend has written.
set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off as $$
declare
  actor constant uuid := sync_scheduler.caller_id();
  posts constant text[] := '{test_connection,set_credentials,configure_alert_webhook}'::text[];
  -- Who has used up the limit by changes can still stop things.
  stops constant text[] :=
    '{pause,pause_ended,cancel_backfill,entries_withdrawn,remove_credentials,remove_alert_webhook}'::text[];
  settings sync_scheduler.settings;
begin
  reason := sync_scheduler.require_text('reason', reason);
  -- The backend, the host and the scheduler are trusted: they are not bounded, and use up nothing.
  if actor is not null then
    perform sync_scheduler.lock_limits(integration.org_id);
    select * into strict settings from sync_scheduler.settings;
    perform sync_scheduler.refuse_until(greatest((
      select a.created_at + interval '1 hour' from public.sync_audit_log a
      where (a.org_id, a.created_at) between (integration.org_id, now() - interval '1 hour')
          and (integration.org_id, 'infinity'::timestamptz) and a.actor_id is not null
      order by a.org_id desc, a.created_at desc
      offset settings.changes_per_hour * case when audit.action = any (stops) then 2 else 1 end - 1 limit 1
    ), (
      select a.created_at + interval '1 hour' from public.sync_audit_log a
      where audit.action = any (posts) and a.action = audit.action and a.actor_id is not null
        and (a.org_id, a.created_at) between (integration.org_id, now() - interval '1 hour')
          and (integration.org_id, 'infinity'::timestamptz)
      order by a.org_id desc, a.created_at desc offset settings.presses_per_hour - 1 limit 1
    )), 'changes_per_hour');
  end if;
  insert into public.sync_audit_log (org_id, integration_id, actor_id, action, reason, details)
  values (integration.org_id, integration.id, actor, audit.action, audit.reason, audit.details);
end;
$$;

-- Forgets a person: replaces the id by the nil uuid in runs, the audit log, pauses, alerts, slots and
-- messages, and blanks the reasons that this person gave. For the owner of the database, in the SQL editor:
-- it reads whole tables. Returns how many rows of each kind changed. What the host keeps (auth.users,
-- organization_members) is the host's to delete.
create or replace function sync_scheduler.erase_person(user_id uuid) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  person constant uuid := erase_person.user_id;
  nobody constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  erased jsonb;
begin
  if person is null then
    raise exception 'sync_scheduler.erase_person needs a user_id';
  end if;
  -- For this statement alone: guard_run_update then lets the columns of people change on final runs.
  perform set_config('sync_scheduler.erases_person', 'on', true);
  with runs as (
    update public.sync_run_log r set
      triggered_by_user_id =
        case r.triggered_by_user_id when person then nobody else r.triggered_by_user_id end,
      cancel_reason = case when r.cancel_requested_by = person then null else r.cancel_reason end,
      cancel_requested_by =
        case r.cancel_requested_by when person then nobody else r.cancel_requested_by end
    where r.triggered_by_user_id = person or r.cancel_requested_by = person returning 1
  ), entries as (
    -- The entry also has the reason that a person gave to abandon or withdraw it. It is sought by its key
    -- and written by a range: no plan may compare the log with the entries of all tenants.
    update public.sync_export_entries e set error_message = null
    from public.sync_audit_log a cross join lateral jsonb_array_elements(case a.action
      when 'entries_settled' then a.details -> 'entries'
      when 'entries_withdrawn' then a.details -> 'entry_keys' end) d
    cross join lateral (
      select o.entry_id from public.sync_export_entries o
      where o.integration_id = a.integration_id and o.entry_key = coalesce(d ->> 'entry_key', d #>> '{}')
        and o.error_message = a.reason offset 0) f
    where a.actor_id = person and e.entry_id between f.entry_id and f.entry_id
      and e.error_message = a.reason returning 1
  ), audit_log as (
    update public.sync_audit_log a set actor_id = nobody, reason = null, details = a.details - 'reason'
    where a.actor_id = person returning 1
  ), integrations as (
    update public.sync_integrations i set paused_by = nobody, pause_reason = null
    where i.paused_by = person returning 1
  ), alerts as (
    update public.sync_alerts a set acknowledged_by = nobody where a.acknowledged_by = person returning 1
  ), slots as (
    update sync_scheduler.queued_slots w set requested_by = nobody where w.requested_by = person
  ), messages as (
    -- Messages that wait, or were posted, hold rows of runs and alerts as they were.
    update sync_scheduler.alert_messages m
    set body = replace(case when m.body #>> '{data,cancel_requested_by}' = person::text
      then jsonb_set(m.body, '{data,cancel_reason}', 'null') else m.body end::text,
      person::text, nobody::text)::jsonb where strpos(m.body::text, person::text) > 0 returning 1
  )
  select jsonb_build_object('runs', (select count(*) from runs), 'entries', (select count(*) from entries),
    'audit_log', (select count(*) from audit_log), 'integrations', (select count(*) from integrations),
    'alerts', (select count(*) from alerts), 'messages', (select count(*) from messages)) into erased;
  perform set_config('sync_scheduler.erases_person', 'off', true);
  return erased;
end;
$$;
