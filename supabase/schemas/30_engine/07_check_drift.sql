create or replace function sync_scheduler.check_drift(
  integration public.sync_integrations, scheduled_for timestamptz, started_at timestamptz, run_id uuid default null
) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  limit_passed boolean := coalesce(started_at, now()) - scheduled_for > (
    select s.drift_alert_after from sync_scheduler.settings s);
begin
  if limit_passed then
    perform sync_scheduler.raise_alert(integration, 'drift', 'warning', scheduled_for,
      case when started_at is null then 'A scheduled sync is due and has not started.'
        else 'A scheduled sync started late.' end,
      jsonb_build_object('scheduled_for', scheduled_for, 'started_at', started_at,
        'drift_seconds', round(extract(epoch from coalesce(started_at, now()) - scheduled_for))),
      check_drift.run_id);
  end if;
  return limit_passed;
end;
$$;
revoke all on function sync_scheduler.check_drift(public.sync_integrations, timestamptz, timestamptz, uuid)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.check_drift(public.sync_integrations, timestamptz, timestamptz, uuid) is
  'Raises the drift alert of a slot, once, if it started later than settings.drift_alert_after or, with started_at null, '
  'has not started by now. Returns whether that is so.';
