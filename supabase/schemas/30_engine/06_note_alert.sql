create or replace function sync_scheduler.note_alert(
  org_id uuid,
  integration_id uuid,
  integration_type text,
  kind public.sync_alert_kind,
  severity public.sync_alert_severity,
  dedup_key text,
  message text,
  details jsonb,
  run_id uuid
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  is_new boolean;
begin
  -- Whoever notices the same incident second counts it up: the unique index decides, not a look beforehand.
  insert into public.sync_alerts as a
    (org_id, integration_id, integration_type, run_id, kind, severity, dedup_key, message, details)
  values (note_alert.org_id, note_alert.integration_id, note_alert.integration_type, note_alert.run_id, note_alert.kind,
    note_alert.severity, note_alert.dedup_key, note_alert.message, note_alert.details)
  on conflict (org_id, dedup_key) where resolved_at is null do update set
    count = a.count + 1,
    last_seen_at = now(),
    severity = greatest(a.severity, excluded.severity),
    message = excluded.message,
    details = excluded.details,
    run_id = coalesce(excluded.run_id, a.run_id)
  returning a.count = 1 into is_new;
  return is_new;
end;
$$;
revoke all on function sync_scheduler.note_alert(
  uuid, uuid, text, public.sync_alert_kind, public.sync_alert_severity, text, text, jsonb, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_alert(
  uuid, uuid, text, public.sync_alert_kind, public.sync_alert_severity, text, text, jsonb, uuid) is
  'Writes an alert, or counts up the open one of that dedup_key. Returns whether it was new. For raise_alert and '
  'raise_shared_alert.';
