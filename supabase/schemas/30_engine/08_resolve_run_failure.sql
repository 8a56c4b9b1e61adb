create or replace function sync_scheduler.resolve_run_failure(integration_id uuid, has_succeeded boolean default false) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  alert public.sync_alerts;
  last_left bigint;
begin
  -- The alert first, the entries in a later statement, as in refresh_decision_alert. Nearly always there is none.
  select * into alert from public.sync_alerts a
  where a.integration_id = resolve_run_failure.integration_id and a.kind = 'run_failed' and a.resolved_at is null
  for no key update;
  if not found then
    return;
  end if;
  last_left := (alert.details ->> 'last_entry_id')::bigint;
  if last_left is null and not has_succeeded then
    return;
  -- A worker has succeeded when nothing is left to reserve.
  elsif not has_succeeded and sync_scheduler.first_open_entry(alert.integration_id) <= last_left then
    return;
  elsif exists (
    -- Refused again, alone this time: it is neither out nor decided.
    select from public.sync_export_entries e
    where e.integration_id = alert.integration_id and e.undecided and e.state = 'rejected' and e.entry_id <= last_left
      and e.sent_at > alert.last_seen_at)
  then
    return;
  end if;
  update public.sync_alerts a set resolved_at = now() where a.alert_id = alert.alert_id;
end;
$$;
revoke all on function sync_scheduler.resolve_run_failure(uuid, boolean) from public, anon, authenticated, service_role;
comment on function sync_scheduler.resolve_run_failure(uuid, boolean) is
  'Resolves the alert run_failed of an integration when everything that the failed run left is out, withdrawn or decided. A run '
  'that left nothing, as its outbox was empty, is made good by one that succeeds (has_succeeded). The last lock of its caller.';
