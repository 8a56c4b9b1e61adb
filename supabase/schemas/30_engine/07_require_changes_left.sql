create or replace function sync_scheduler.require_changes_left(org_id uuid, action text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
-- A plan that sorts could read the index of members, with all that a backend has written.
set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off as $$
declare
  -- What makes the function post to the outside.
  posts constant text[] := '{test_connection,set_credentials,configure_alert_webhook}'::text[];
  -- Who has used up the limit by changes can still stop things.
  stops constant text[] := '{pause,pause_ended,cancel_backfill,entries_withdrawn,remove_credentials,remove_alert_webhook}'::text[];
  settings sync_scheduler.settings;
begin
  select * into strict settings from sync_scheduler.settings;
  perform sync_scheduler.refuse_until(greatest(
    (
      select a.created_at + interval '1 hour' from public.sync_audit_log a
      where (a.org_id, a.created_at) between (require_changes_left.org_id, now() - interval '1 hour')
          and (require_changes_left.org_id, 'infinity'::timestamptz)
        and a.actor_id is not null
      order by a.org_id desc, a.created_at desc
      offset settings.changes_per_hour * case when require_changes_left.action = any (stops) then 2 else 1 end - 1 limit 1
    ),
    case when require_changes_left.action = any (posts) then (
      select a.created_at + interval '1 hour' from public.sync_audit_log a
      where (a.org_id, a.created_at) between (require_changes_left.org_id, now() - interval '1 hour')
          and (require_changes_left.org_id, 'infinity'::timestamptz)
        and a.actor_id is not null and a.action = require_changes_left.action
      order by a.org_id desc, a.created_at desc offset settings.presses_per_hour - 1 limit 1
    ) end), 'changes_per_hour');
end;
$$;
revoke all on function sync_scheduler.require_changes_left(uuid, text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_changes_left(uuid, text) is
  'Refuses (PT429 rate_limited) what the people of an organisation have done settings.changes_per_hour times within the last '
  'hour, all audited actions together. What stops something may be done twice as often. Each action that posts to the outside '
  'has settings.presses_per_hour for itself. The caller holds lock_limits, so it is exact.';
