create or replace function sync_scheduler.alert_key(
  kind public.sync_alert_kind, subject text, incident timestamptz
) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- In UTC: the same incident has the same name in every session.
  return concat_ws(':', alert_key.kind, alert_key.subject,
    to_char(incident at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
end;
$$;
revoke all on function sync_scheduler.alert_key(public.sync_alert_kind, text, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.alert_key(public.sync_alert_kind, text, timestamptz) is
  'The dedup_key of an alert: what is wrong, with which integration (or type, or installation), and the instant that tells '
  'one incident from the next (a slot, a day, the last tick); null: it is one incident until it is resolved.';
