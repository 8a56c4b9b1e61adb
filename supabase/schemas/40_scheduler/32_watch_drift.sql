create or replace function sync_scheduler.watch_drift() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '500ms' as $$
declare
  latest timestamptz := now() - (select s.drift_alert_after from sync_scheduler.settings s);
  late record;
begin
  for late in
    select i as integration, l.slot, l.run_id
    from (
      -- Posted and not claimed, waiting, and not even dealt with. One that starts late is noticed by its claim.
      select r.integration_id, r.scheduled_for as slot, r.run_id from public.sync_run_log r
      where r.status = 'pending' and r.started_at is null and r.scheduled_for < latest and r.triggered_by = 'schedule'
        -- Nor what waits, or has waited, for the end of a pause.
        and not exists (
          select from sync_scheduler.run_attempts a where a.run_id = r.run_id and a.outcome = 'paused')
      union all
      select w.integration_id, w.scheduled_for, null from sync_scheduler.waiting_slots w
      where w.scheduled_for < latest and w.triggered_by = 'schedule'
      union all
      select n.id, n.next_run_at, null from public.sync_integrations n
      where n.next_run_at < latest and sync_scheduler.why_skip(n, n.next_run_at) is null
    ) l
    join public.sync_integrations i on i.id = l.integration_id
    -- Only what is new: a backlog would cost as much at each tick again.
    where not exists (
      select from public.sync_alerts a
      where a.org_id = i.org_id and a.dedup_key = sync_scheduler.alert_key('drift', i.id::text, l.slot)
        and a.resolved_at is null)
    limit 500
    -- An alert locks it for its foreign key; what somebody is about to delete is not worth waiting for.
    for key share of i skip locked
  loop
    begin
      perform sync_scheduler.check_drift(late.integration, late.slot, null, late.run_id);
    exception when others then
      raise warning 'sync_scheduler.watch_drift: % (%)', sqlerrm, sqlstate;
    end;
  end loop;
end;
$$;
revoke all on function sync_scheduler.watch_drift() from public, anon, authenticated, service_role;
comment on function sync_scheduler.watch_drift() is
  'Raises the drift alert, once a slot, for up to 500 slots that should have started settings.drift_alert_after ago and '
  'have not.';
